-- The keys that the newest settled run of each sync could not deliver, with the reason.
-- reads: sync_log_latest, runs; writes: the view failed_keys
create view failed_keys as
select
  l.connection_id, l.sync_run_id, l.primary_key, l.operation, l.status, l.error_code, l.error_reason, l.field_notes
from sync_log_latest as l
join (
  select connection_id, max(fence) as fence
  from runs
  where phase = 'settled'
  group by connection_id
) as newest on newest.connection_id = l.connection_id
join runs as r on r.connection_id = newest.connection_id and r.fence = newest.fence and r.sync_run_id = l.sync_run_id
where l.status in ('failed', 'held', 'aborted', 'in_doubt')
