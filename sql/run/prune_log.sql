-- Log retention: rows older than so many days go, by the warehouse's clock in UTC.
-- reads: nothing; writes: sync_log
delete from sync_log
where connection_id = $sync and logged_at < $before
