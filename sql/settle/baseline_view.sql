-- The baseline under a name of its own, for warehouse tasks and analysts.
-- reads: snapshot; writes: the view baseline_<sync>
create view baseline_view as
select s.*, $run_id as baseline_run_id
from snapshot as s
where s.operation <> 'delete'
