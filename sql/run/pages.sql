-- The plan's requests in order, streamed to the runner.
-- reads: plan; writes: nothing
select p.page, p.step, p.action, p.seq, p.tokens, p.left_out
from plan as p
where p.page is not null
order by p.seq
