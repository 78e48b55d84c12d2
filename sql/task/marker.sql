-- What a task said, and the warehouse's clock to judge its age by.
-- reads: task_marker; writes: nothing
select m.started_at, m.prepared_at, m.baseline_run_id, m.config_hash, m.statement_version, m.engine, m.suppressions,
  m.source_columns, m.source_rows, m.changed_rows, m.changed_keys, m.verdict, current_timestamp as now
from task_marker as m
