-- The settled runs of a sync, newest first.
-- reads: runs; writes: nothing
select r.sync_run_id, r.fence from runs as r
where r.connection_id = $sync and r.phase = 'settled'
order by r.fence desc
