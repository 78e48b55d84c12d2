-- The log of one run, counted by operation, status, reason and error code.
-- reads: sync_log; writes: nothing
select l.operation, l.status, l.reason, l.error_code, count(*) as keys
from sync_log as l
where l.sync_run_id = $run_id
group by l.operation, l.status, l.reason, l.error_code
order by l.operation, l.status, l.reason, l.error_code
