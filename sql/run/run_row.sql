-- What a run began with, and where it stands.
-- reads: runs; writes: nothing
select r.connection_id, r.sync_run_id, r.fence, r.phase, r.status, r.kind, r.baseline_run_id, r.config_hash,
  r.key_columns, r.key_types, r.fields, r.engine, r.suppressions, r.mode
from runs as r where r.sync_run_id = $run_id
