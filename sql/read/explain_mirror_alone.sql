-- What the mirror knows of one key by its own key, where there is no baseline to give it an identity.
-- reads: mirror; writes: nothing
select m.state, m.planned_action, m.attempts, m.last_error_code, m.tokens, m.first_planned_at, m.last_planned_at,
  m.last_sent_at, m.planned_run_id, m.primary_key
from mirror as m
where m.primary_key = $key
order by m.last_planned_at desc
