-- What goes wrong, by sync and error: how many rows in the log, of how many keys, and whether the newest run has it.
with newest as (
  select sync_name, max(run_number) as run_number
  from {{ ref('stg_wsync__runs') }}
  where phase = 'settled'
  group by sync_name
),

newest_runs as (
  select runs.sync_name, runs.run_id
  from {{ ref('stg_wsync__runs') }} as runs
  inner join newest
    on runs.sync_name = newest.sync_name and runs.run_number = newest.run_number
)

select
  log.sync_name,
  log.status,
  coalesce(log.operation, 'none') as operation,
  coalesce(log.error_code, 'none') as error_code,
  max(log.error_reason) as error_reason,
  count(*) as log_rows,
  count(distinct log.primary_key) as keys_affected,
  count(distinct log.run_id) as runs_affected,
  sum(case when newest_runs.run_id is not null then 1 else 0 end) as rows_in_newest_run,
  min(log.logged_at) as first_seen_at,
  max(log.logged_at) as last_seen_at
from {{ ref('stg_wsync__sync_log') }} as log
left join newest_runs
  on log.sync_name = newest_runs.sync_name and log.run_id = newest_runs.run_id
where log.status in ('failed', 'held', 'aborted', 'in_doubt')
group by log.sync_name, log.status, coalesce(log.operation, 'none'), coalesce(log.error_code, 'none')
