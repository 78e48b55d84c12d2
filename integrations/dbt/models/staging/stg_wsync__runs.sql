-- One row per run, its times in UTC, its counts 0 where the run did not come so far.
{% set counts = [
  'source_rows', 'surplus_copies', 'null_key_rows', 'keys_present', 'unchanged_keys', 'held_keys', 'refused_keys',
  'invalid_rows', 'members', 'planned_insert', 'planned_update', 'planned_delete', 'succeeded_insert',
  'succeeded_update', 'succeeded_delete', 'failed_insert', 'failed_update', 'failed_delete', 'skipped_rows',
  'aborted_rows', 'in_doubt_rows', 'accepted_rows',
] %}
select
  connection_id as sync_name,
  sync_run_id as run_id,
  fence as run_number,
  kind,
  mode,
  phase,
  status,
  error_code,
  run_trigger,
  dbt_invocation_id,
  wsync_version,
  {{ warehouse_sync.utc('started_at') }} as started_at,
  {{ warehouse_sync.utc('finished_at') }} as finished_at,
  cast({{ warehouse_sync.utc('started_at') }} as date) as started_on,
  {{ dbt.datediff(warehouse_sync.utc('started_at'), warehouse_sync.utc('finished_at'), 'second') }} as seconds,
  {% for name in counts -%}
  coalesce({{ name }}, 0) as {{ name }}{{ ',' if not loop.last }}
  {% endfor %}
from {{ source('wsync', 'runs') }}
