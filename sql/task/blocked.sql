-- Changes that no run will take over do not wait: they hold values of the source.
-- reads: task_marker; writes: task_changes_<sync>
delete from task_changes
where exists (select 1 from task_marker as m where m.verdict not in ('ready', 'preparing'))
