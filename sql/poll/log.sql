-- Poll, first step: a verdict that came is a new line beside each that was accepted.
-- reads: sync_log, polled, syncs (its fence); writes: sync_log
insert into sync_log (
  connection_id, sync_run_id, primary_key, operation, status, error_reason, sync_started_at, sync_finished_at,
  reason, error_code, field_notes, attempt, page, http_status, request_id, logged_at
)
select
  l.connection_id, l.sync_run_id, l.primary_key, l.operation, case when p.status = 'partial' then 'in_doubt' else p.status end as status,
  p.error_reason, l.sync_started_at, current_timestamp,
  l.reason, p.error_code, l.field_notes, l.attempt, l.page, l.http_status, l.request_id, current_timestamp
from sync_log as l
join polled as p on p.reference = l.request_id
where l.connection_id = $sync and l.status = 'accepted'
  and not exists (
    select 1 from sync_log as x
    where x.connection_id = l.connection_id and x.sync_run_id = l.sync_run_id and x.request_id = l.request_id
      and x.primary_key = l.primary_key and x.operation = l.operation and x.status <> 'accepted'
  )
  and exists (select 1 from syncs as s where s.connection_id = $sync and s.newest_fence = $fence)
