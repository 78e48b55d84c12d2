-- Notes in the run's row that its changes are a task's.
-- reads: nothing; writes: runs
update runs set run_trigger = $trigger
where connection_id = $sync and sync_run_id = $run_id
