-- Counts of the source side; with the unchanged keys found by arithmetic they reconcile to the row.
-- reads: changes, snapshot, prepared, mirror; writes: runs
update runs set
  null_key_rows = (select count(*) from changes as c where c.problem = 'null_key'),
  surplus_copies = (select coalesce(sum(c.copies - 1), 0) from changes as c where c.copies > 1),
  keys_present = (select count(*) from snapshot as s where s.operation <> 'delete'),
  source_rows = (select count(*) from snapshot as s where s.operation <> 'delete')
    + (select count(*) from changes as c where c.problem = 'null_key')
    + (select coalesce(sum(c.copies - 1), 0) from changes as c where c.copies > 1),
  inserted_keys = (select count(*) from snapshot as s where s.operation = 'insert'),
  updated_keys = (select count(*) from snapshot as s where s.operation = 'update'),
  deleted_keys = (select count(*) from snapshot as s where s.operation = 'delete'),
  unchanged_keys = (select count(*) from snapshot as s where s.operation = 'unchanged'),
  held_keys = (select count(*) from snapshot as s where s.operation = 'held' and s.identity is not null),
  refused_keys = (select count(*) from snapshot as s where s.operation = 'held' and s.identity is null),
  invalid_rows = (select count(*) from prepared as p where p.error_code not in ('suppressed', 'consent_denied')),
  members = (select count(*) from mirror as m)
where connection_id = $sync and sync_run_id = $run_id
