-- Drops what is known of a sync from a state table.
-- reads: nothing; writes: abandoned (syncs, runs, sync_log, suppressed)
delete from abandoned where connection_id = $sync
