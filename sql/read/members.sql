-- The mirror by state, with the age of the oldest removal not yet acknowledged.
-- reads: mirror; writes: nothing
select m.state, count(*) as identities,
  min(case when m.planned_action = 'remove' then m.first_planned_at end) as oldest_removal
from mirror as m
group by m.state
order by m.state
