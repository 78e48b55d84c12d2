-- One row per run, primary key and operation that was planned, and one per row refused before planning.
-- reads: nothing; writes: sync_log
create table if not exists sync_log (
  connection_id text not null,
  sync_run_id text not null,
  primary_key text,
  operation text,
  status text not null,
  error_reason text,
  sync_started_at timestamptz,
  sync_finished_at timestamptz,
  reason text,
  error_code text,
  field_notes text,
  attempt integer,
  page bigint,
  http_status integer,
  request_id text,
  logged_at timestamptz not null
)
