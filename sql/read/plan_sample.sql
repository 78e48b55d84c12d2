-- A few rows of a plan; the command line masks what they carry.
-- reads: plan; writes: nothing
select p.primary_key, p.operation, p.reason, p.tokens, p.left_out
from plan as p
order by p.seq
limit $rows
