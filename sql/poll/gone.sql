-- Poll, third step: they go.
-- reads: polled, syncs (its fence); writes: mirror_<sync>
delete from mirror
where state = 'leaving' and planned_action <> 'wait'
  and request_reference in (select p.reference from polled as p where p.status = 'succeeded')
  and exists (select 1 from syncs as s where s.connection_id = $sync and s.newest_fence = $fence)
