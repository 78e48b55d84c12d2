-- The highest fence that any run of this sync has used.
-- reads: runs; writes: nothing
select coalesce(max(r.fence), 0) from runs as r where r.connection_id = $sync
