-- What a run began with, and where it stands; a run of this sync before one of the same id elsewhere.
-- reads: runs; writes: nothing
select r.connection_id, r.sync_run_id, r.fence, r.phase, r.status, r.kind, r.baseline_run_id, r.config_hash,
  r.key_columns, r.key_types, r.fields, r.engine, r.suppressions, r.mode
from runs as r where r.sync_run_id = $run_id
order by case when r.connection_id = $sync then 0 else 1 end
