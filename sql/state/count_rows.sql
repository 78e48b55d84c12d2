-- How many rows of a state table belong to a sync.
-- reads: counted (syncs, runs, sync_log, suppressed); writes: nothing
select count(*) from counted as c where c.connection_id = $sync
