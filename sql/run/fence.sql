-- Makes this claim the newest one that may write state.
-- reads: nothing; writes: syncs
update syncs set newest_fence = $fence
where connection_id = $sync and newest_fence < $fence
