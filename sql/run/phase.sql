-- Moves a run to another phase. `sending` is written before the first request: from then on the plan is the intent.
-- reads: syncs (its fence); writes: runs
update runs set phase = $phase, status = $status, error_code = $error_code, fence = $fence, guard_verdict = coalesce($guard_verdict, guard_verdict),
  finished_at = case when $finished then current_timestamp else finished_at end
where connection_id = $sync and sync_run_id = $run_id
  and exists (select 1 from syncs as s where s.connection_id = $sync and s.newest_fence = $fence)
