-- Operations, third part: where the platform cannot update, what a member was goes before it is added again.
-- $anew: so does every member
-- reads: operations, mirror; writes: operations_<sync>_<run>
insert into operations (identity, primary_key, prepared_key, action, operation, step, reason, left_out, page_group)
select o.identity, o.primary_key, null, 'remove', 'delete', o.step - 1, o.reason, 0, m.page_group
from operations as o
join mirror as m on m.identity = o.identity
where o.action = 'add' and ($anew or o.reason = 'changed')
