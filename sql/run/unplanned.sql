-- Members that a plan says nothing of, or whose verdict is to come: with any, a list is not emptied or replaced.
-- reads: mirror, plan; writes: nothing
select count(distinct m.identity) as identities
from mirror as m
left join plan as p on p.identity = m.identity
where m.state in ('accepted', 'leaving') or p.identity is null
