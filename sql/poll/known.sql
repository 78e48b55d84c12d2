-- Poll, last step, once for each status: what was accepted is a member, or in doubt; what is wanted again may come back.
-- reads: polled, syncs (its fence); writes: mirror_<sync>
update mirror set
  state = case when $status <> 'succeeded' then 'in_doubt' when state = 'accepted' then 'member' else 'waiting' end,
  payload_acknowledged = case when $status = 'succeeded' and state = 'accepted' then coalesce(payload_acknowledged, payload) end,
  refused = $status in ('failed', 'partial') and state = 'accepted',
  attempts = case when $status = 'succeeded' then 0 when $status in ('failed', 'partial') then attempts + 1 else attempts end,
  retry_fence = cast($fence as bigint) + case
    when $status not in ('failed', 'partial') or attempts = 0 then 1
    when attempts = 1 then 2
    when attempts = 2 then 4
    when attempts = 3 then 8
    when attempts = 4 then 16
    when attempts = 5 then 32
    else 64
  end
where state in ('accepted', 'leaving')
  and request_reference in (select p.reference from polled as p where p.status = $status)
  and exists (select 1 from syncs as s where s.connection_id = $sync and s.newest_fence = $fence)
