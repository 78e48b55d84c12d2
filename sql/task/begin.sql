-- What the task sets out from: the baseline that is the newest now, and what it was compiled for.
-- reads: syncs; writes: task_marker_<sync>
insert into task_marker (
  started_at, baseline_run_id, config_hash, statement_version, engine, source_columns, verdict
)
select
  current_timestamp, s.baseline_run_id, $config_hash, $statement_version, $engine, $source_columns,
  case when s.baseline_run_id is null then 'no_baseline' else 'preparing' end
from syncs as s
where s.connection_id = $sync
