-- Settle, second step: they come back as plan and outcomes say, with all their tokens.
-- reads: verdict, plan, syncs (its fence); writes: mirror_<sync>
insert into mirror (
  identity, state, primary_key, tokens, identifiers_of(mirror), page_group, payload, payload_acknowledged,
  planned_action, refused, attempts, retry_fence, last_error_code, request_reference, normalizer_version,
  planned_run_id, first_planned_at, last_planned_at, last_sent_at
)
select
  v.identity, v.state, v.primary_key, p.tokens, identifiers_of(p), p.page_group, p.payload,
  case when v.status = 'succeeded' and v.action <> 'remove' then p.payload when v.state = 'member' or v.action = 'wait' then p.payload_acknowledged end as payload_acknowledged,
  v.action as planned_action,
  v.status = 'failed' and v.action in ('add', 'update') as refused,
  case when v.status = 'succeeded' then 0 when v.status = 'failed' then coalesce(v.attempts, 0) + 1 else coalesce(v.attempts, 0) end as attempts,
  cast($fence as bigint) + case
    when v.status <> 'failed' or coalesce(v.attempts, 0) = 0 then 1
    when v.attempts = 1 then 2
    when v.attempts = 2 then 4
    when v.attempts = 3 then 8
    when v.attempts = 4 then 16
    when v.attempts = 5 then 32
    else 64
  end as retry_fence,
  v.error_code as last_error_code,
  coalesce(v.reference, p.request_reference) as request_reference,
  $normalizer_version as normalizer_version,
  $run_id as planned_run_id,
  coalesce(p.first_planned_at, current_timestamp) as first_planned_at,
  current_timestamp as last_planned_at,
  case when v.status in ('succeeded', 'accepted') then current_timestamp else p.last_sent_at end as last_sent_at
from verdict as v
join plan as p on p.seq = v.seq
where v.state <> 'gone'
  and exists (select 1 from syncs as s where s.connection_id = $sync and s.newest_fence = $fence)
