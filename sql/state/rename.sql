-- Gives a row of the sync's history its new name.
-- reads: nothing; writes: renamed (syncs, runs, sync_log, suppressed)
update renamed set connection_id = $sync where connection_id = $old
