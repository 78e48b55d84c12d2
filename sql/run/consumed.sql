-- How many runs of a sync have done what they were asked to after an invocation of dbt.
-- reads: runs; writes: nothing
select count(*) from runs as r
where r.connection_id = $sync and r.phase = 'settled' and r.status in ('succeeded', 'partial')
  and r.dbt_invocation_id = $dbt_invocation_id
