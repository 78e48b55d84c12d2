-- Another sync that owns this audience of this account.
-- reads: syncs; writes: nothing
select s.connection_id from syncs as s
where s.connector = $connector and s.account = $account and s.audience_id = $audience_id and s.connection_id <> $sync
order by s.connection_id
