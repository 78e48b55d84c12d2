-- What is known of a sync.
-- reads: syncs; writes: nothing
select s.connector, s.account, s.audience_id, s.audience_name, s.key_columns, s.key_types, s.config_hash, s.baseline_run_id, s.newest_fence, s.mirror_rows, s.state_version, s.suppression_salt
from syncs as s where s.connection_id = $sync
