-- Records the audience that the sync owns, before the first plan.
-- reads: nothing; writes: syncs
update syncs set audience_id = $audience_id, audience_name = $audience_name, connector = $connector, account = $account
where connection_id = $sync and newest_fence = $fence
