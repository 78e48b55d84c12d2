-- Another sync that owns this audience of the same account.
-- reads: syncs; writes: nothing
select o.connection_id
from syncs as s
join syncs as o on o.connector = s.connector and o.account = s.account and o.connection_id <> s.connection_id
where s.connection_id = $sync and o.audience_id = $audience_id
order by o.connection_id
