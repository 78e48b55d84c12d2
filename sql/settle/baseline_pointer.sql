-- Settle, third step: this run's snapshot is the baseline now.
-- reads: mirror (its size); writes: syncs
update syncs set
  baseline_run_id = $run_id,
  config_hash = $config_hash,
  key_columns = $key_columns,
  key_types = $key_types,
  mirror_rows = (select count(*) from mirror as m)
where connection_id = $sync and newest_fence = $fence
