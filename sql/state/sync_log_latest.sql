-- The last word on every logged row: a verdict that comes later is a row with a later logged_at.
-- reads: sync_log; writes: the view sync_log_latest
create view sync_log_latest as
select
  l.connection_id, l.sync_run_id, l.primary_key, l.operation, l.status, l.error_reason,
  l.sync_started_at, l.sync_finished_at, l.reason, l.error_code, l.field_notes,
  l.attempt, l.page, l.http_status, l.request_id, l.logged_at
from (
  select
    sync_log.*,
    rank() over (
      partition by connection_id, sync_run_id, primary_key, operation, case when primary_key is null then reason end
      order by logged_at desc
    ) as newest
  from sync_log
) as l
where l.newest = 1 or l.primary_key is null
