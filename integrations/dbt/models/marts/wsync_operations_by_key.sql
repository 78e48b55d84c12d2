-- What happened to every key, as far as the kept log reaches. A key is as the log has it (a digest, say).
with log as (
  select
    sync_name,
    primary_key,
    operation,
    status,
    error_code,
    logged_at,
    row_number() over (
      partition by sync_name, primary_key order by logged_at desc, run_id desc, coalesce(operation, '') desc
    ) as newest
  from {{ ref('stg_wsync__sync_log') }}
  where primary_key is not null
)

select
  sync_name,
  primary_key,
  count(*) as log_rows,
  sum(case when operation = 'insert' and status = 'succeeded' then 1 else 0 end) as inserts,
  sum(case when operation = 'update' and status = 'succeeded' then 1 else 0 end) as updates,
  sum(case when operation = 'delete' and status = 'succeeded' then 1 else 0 end) as deletes,
  sum(case when status = 'failed' then 1 else 0 end) as failures,
  max(case when newest = 1 then operation end) as last_operation,
  max(case when newest = 1 then status end) as last_status,
  max(case when newest = 1 then error_code end) as last_error_code,
  min(logged_at) as first_logged_at,
  max(logged_at) as last_logged_at,
  max(case when status = 'succeeded' then logged_at end) as last_succeeded_at
from log
group by sync_name, primary_key
