-- A plan's rows by operation and reason, and the requests they make.
-- reads: plan; writes: nothing
select p.operation, p.reason, p.action, count(*) as identities, count(distinct p.page) as pages
from plan as p
group by p.operation, p.reason, p.action
order by p.operation, p.reason, p.action
