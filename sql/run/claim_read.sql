-- The lease of a claim, and the warehouse's clock to judge it by.
-- reads: claim_<sync>_<fence>; writes: nothing
select c.sync_run_id, c.heartbeat_at, c.lease_seconds, c.released, current_timestamp as now
from claim as c
