-- Removals that were refused once more for what they were refused for before: that was reported then.
-- reads: verdict, plan; writes: nothing
select count(*) as identities
from verdict as v
join plan as p on p.seq = v.seq
where v.action = 'remove' and v.status = 'failed' and v.error_code = $refusal and p.old_error_code = v.error_code
