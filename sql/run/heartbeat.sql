-- Keeps the lease alive, or ends it.
-- reads: nothing; writes: claim_<sync>_<fence>
update claim set heartbeat_at = current_timestamp, released = $released
where sync_run_id = $run_id
