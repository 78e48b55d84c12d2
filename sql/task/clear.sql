-- A task begins: what was prepared before counts no more.
-- reads: nothing; writes: task_marker_<sync>
delete from task_marker where verdict is not null
