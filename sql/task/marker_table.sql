-- What a warehouse task says of the changes it prepared: one row once it is done.
-- reads: nothing; writes: task_marker_<sync>
create table if not exists task_marker (
  started_at timestamptz not null,
  prepared_at timestamptz,
  baseline_run_id text,
  config_hash text not null,
  statement_version text not null,
  engine text not null,
  suppressions bigint,
  source_columns text not null,
  source_rows bigint,
  changed_rows bigint,
  changed_keys bigint,
  verdict text not null
)
