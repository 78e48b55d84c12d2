-- The row of a run that begins.
-- reads: runs; writes: runs
insert into runs (
  connection_id, sync_run_id, fence, phase, status, kind, mode, run_trigger, started_at, baseline_run_id,
  config_hash, key_columns, key_types, fields, engine, wsync_version, suppressions, dbt_invocation_id
)
select
  $sync, $run_id, $fence, 'claimed', 'running', $kind, $mode, $trigger, current_timestamp, $baseline_run_id,
  $config_hash, $key_columns, $key_types, $fields, $engine, $wsync_version, $suppressions, $dbt_invocation_id
from (select 1 as one) as d
where not exists (select 1 from runs as r where r.connection_id = $sync and r.sync_run_id = $run_id)
