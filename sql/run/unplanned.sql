-- Members that a plan says nothing of, or whose verdict is to come: with any, a list is not emptied or replaced.
-- reads: mirror, plan; writes: nothing
select count(*) as identities
from mirror as m
where m.state in ('accepted', 'leaving')
  or not exists (select 1 from plan as p where p.identity = m.identity)
