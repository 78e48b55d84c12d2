-- Settle, first step: the mirror rows that the plan names go.
-- reads: verdict, syncs (its fence); writes: mirror_<sync>
delete from mirror
where exists (select 1 from verdict as v where v.identity = mirror.identity)
  and exists (select 1 from syncs as s where s.connection_id = $sync and s.newest_fence = $fence)
