-- One row per sync: the audience it owns, its keys, configuration, baseline and newest fence.
-- reads: nothing; writes: syncs
create table if not exists syncs (
  connection_id text not null,
  connector text not null,
  account text not null,
  audience_id text,
  audience_name text,
  key_columns text,
  key_types text,
  config_hash text,
  baseline_run_id text,
  newest_fence bigint not null,
  mirror_rows bigint,
  state_version integer not null,
  suppression_salt text not null,
  created_at timestamptz not null
)
