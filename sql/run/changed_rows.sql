-- The rows to prepare, streamed to the runner.
-- reads: changes; writes: nothing
select c.primary_key, c.problem, passed_columns_of(c)
from changes as c
where c.operation in ('insert', 'update')
