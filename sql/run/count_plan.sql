-- Counts of the plan, per operation.
-- reads: plan; writes: runs
update runs set
  phase = 'planned',
  planned_insert = (select count(*) from plan as p where p.page is not null and p.operation = 'insert'),
  planned_update = (select count(*) from plan as p where p.page is not null and p.operation = 'update'),
  planned_delete = (select count(*) from plan as p where p.page is not null and p.operation = 'delete'),
  planned_pages = (select coalesce(max(p.page), 0) from plan as p),
  waiting_rows = (select count(*) from plan as p where p.action = 'wait'),
  skipped_rows = (select count(*) from plan as p where p.action = 'drop')
where connection_id = $sync and sync_run_id = $run_id
