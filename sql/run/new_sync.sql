-- The row of a sync that runs for the first time.
-- reads: syncs; writes: syncs
insert into syncs (
  connection_id, connector, account, newest_fence, mirror_rows, state_version, suppression_salt, created_at
)
select $sync, $connector, $account, 0, 0, $state_version, $sync, current_timestamp
from (select 1 as one) as d
where not exists (select 1 from syncs as s where s.connection_id = $sync)
