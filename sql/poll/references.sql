-- Requests whose verdict is still to come, and how many identities wait for each, oldest first.
-- reads: mirror; writes: nothing
select m.request_reference, m.state, count(*) as identities
from mirror as m
where m.state in ('accepted', 'leaving')
group by m.request_reference, m.state
order by min(m.last_sent_at), m.request_reference, m.state
