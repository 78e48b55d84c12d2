-- The sync whose run this is.
-- reads: runs; writes: nothing
select r.connection_id, r.phase, r.status
from runs as r
where r.sync_run_id = $run_id
