-- Runs of a sync that are not over, oldest first.
-- reads: runs; writes: nothing
select r.sync_run_id, r.phase, r.fence, r.kind, r.config_hash, r.baseline_run_id, r.status, r.suppressions
from runs as r
where r.connection_id = $sync and r.phase in ('claimed', 'planned', 'blocked', 'sending')
order by r.fence
