-- The mirror by state, with the age of the oldest removal not yet acknowledged, and how many the list's size forbids.
-- reads: mirror; writes: nothing
select m.state, count(*) as identities,
  min(case when m.planned_action = 'remove' then m.first_planned_at end) as oldest_removal,
  sum(case when m.planned_action = 'remove' and m.last_error_code = 'refused_min_size' then 1 else 0 end) as kept_by_size
from mirror as m
group by m.state
order by m.state
