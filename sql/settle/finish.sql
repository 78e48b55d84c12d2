-- Settle, last step: the run's counts and its phase.
-- reads: verdict, syncs (its fence); writes: runs
update runs set
  phase = 'settled',
  status = $status,
  error_code = $error_code,
  finished_at = current_timestamp,
  succeeded_insert = (select count(*) from verdict as v where v.status = 'succeeded' and v.operation = 'insert'),
  succeeded_update = (select count(*) from verdict as v where v.status = 'succeeded' and v.operation = 'update'),
  succeeded_delete = (select count(*) from verdict as v where v.status = 'succeeded' and v.operation = 'delete'),
  failed_insert = (select count(*) from verdict as v where v.status = 'failed' and v.operation = 'insert'),
  failed_update = (select count(*) from verdict as v where v.status = 'failed' and v.operation = 'update'),
  failed_delete = (select count(*) from verdict as v where v.status = 'failed' and v.operation = 'delete'),
  attempted_rows = (select count(*) from verdict as v where v.status in ('succeeded', 'failed', 'in_doubt', 'accepted')),
  aborted_rows = (select count(*) from verdict as v where v.status = 'aborted'),
  in_doubt_rows = (select count(*) from verdict as v where v.status = 'in_doubt'),
  accepted_rows = (select count(*) from verdict as v where v.status = 'accepted')
where connection_id = $sync and sync_run_id = $run_id
  and exists (select 1 from syncs as s where s.connection_id = $sync and s.newest_fence = $fence)
