-- The one test-and-set that every warehouse has: creating this table is holding the sync.
-- reads: nothing; writes: claim_<sync>_<fence>
create table claim as
select
  cast($run_id as text) as sync_run_id,
  current_timestamp as heartbeat_at,
  cast($lease_seconds as integer) as lease_seconds,
  cast(0 as integer) as released
from (select 1 as one) as d
