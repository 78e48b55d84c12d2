-- The last word on every logged row: a verdict that came later takes the place of `accepted`. Times are UTC.
with ranked as (
  select
    connection_id,
    sync_run_id,
    primary_key,
    operation,
    status,
    reason,
    error_code,
    error_reason,
    field_notes,
    attempt,
    http_status,
    request_id,
    logged_at,
    rank() over (
      partition by connection_id, sync_run_id, primary_key, operation, case when primary_key is null then reason end
      order by logged_at desc
    ) as newest
  from {{ source('wsync', 'sync_log') }}
)

select
  connection_id as sync_name,
  sync_run_id as run_id,
  primary_key,
  operation,
  status,
  reason,
  error_code,
  error_reason,
  field_notes,
  attempt,
  http_status,
  request_id,
  {{ warehouse_sync.utc('logged_at') }} as logged_at,
  cast({{ warehouse_sync.utc('logged_at') }} as date) as logged_on
from ranked
where newest = 1 or primary_key is null
