-- The suppressed digests of one sync.
-- reads: suppressed; writes: nothing
select distinct s.digest from suppressed as s where s.connection_id = $sync
