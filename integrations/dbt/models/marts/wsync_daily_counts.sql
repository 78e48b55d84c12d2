-- One row per sync and day (UTC) with a run: how runs ended, and what was asked of the platform and came of it.
select
  sync_name,
  started_on as day,
  count(*) as runs,
  sum(case when status = 'succeeded' then 1 else 0 end) as succeeded_runs,
  sum(case when status = 'partial' then 1 else 0 end) as partial_runs,
  sum(case when status = 'blocked' then 1 else 0 end) as blocked_runs,
  sum(case when status in ('failed', 'stopped') then 1 else 0 end) as failed_runs,
  sum(case when phase = 'settled' then planned_insert else 0 end) as planned_inserts,
  sum(case when phase = 'settled' then planned_update else 0 end) as planned_updates,
  sum(case when phase = 'settled' then planned_delete else 0 end) as planned_deletes,
  sum(succeeded_insert) as succeeded_inserts,
  sum(succeeded_update) as succeeded_updates,
  sum(succeeded_delete) as succeeded_deletes,
  sum(failed_insert + failed_update + failed_delete) as failed_rows,
  sum(in_doubt_rows) as in_doubt_rows,
  sum(invalid_rows) as invalid_rows,
  sum(seconds) as seconds
from {{ ref('stg_wsync__runs') }}
group by sync_name, started_on
