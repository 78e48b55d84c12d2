-- A run takes over what a task prepared: the source is not read.
-- reads: task_changes; writes: changes_<sync>_<run>
create table changes as
select c.* from task_changes as c
