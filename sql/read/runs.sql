-- The latest runs of a sync, newest first, with their counts.
-- reads: runs; writes: nothing
select r.*
from runs as r
where r.connection_id = $sync and ($run_id is null or r.sync_run_id = $run_id)
order by r.started_at desc, r.fence desc
limit $rows
