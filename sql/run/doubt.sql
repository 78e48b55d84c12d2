-- A platform list that was found emptied or expired: whether anybody is a member of it is in doubt.
-- reads: syncs (its fence); writes: mirror_<sync>
update mirror set state = 'in_doubt', refused = false
where state = 'member'
  and exists (select 1 from syncs as s where s.connection_id = $sync and s.newest_fence = $fence)
