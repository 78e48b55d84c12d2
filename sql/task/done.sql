-- The task's last statement: its verdict is the one row that is left.
-- reads: nothing; writes: task_marker_<sync>
delete from task_marker where verdict = 'preparing'
