-- The newest lines of the log.
-- reads: sync_log; writes: nothing
select l.connection_id, l.sync_run_id, l.primary_key, l.operation, l.status, l.reason, l.error_code, l.error_reason,
  l.field_notes, l.attempt, l.page, l.http_status, l.request_id, l.logged_at
from sync_log as l
where ($sync is null or l.connection_id = $sync)
  and ($run_id is null or l.sync_run_id = $run_id)
  and ($status is null or l.status = $status)
  and ($key is null or l.primary_key = $key)
order by l.logged_at desc, l.sync_run_id desc, l.primary_key, l.operation
limit $rows
