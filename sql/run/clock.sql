-- The warehouse's clock.
-- reads: nothing; writes: nothing
select current_timestamp as now
from (select 1 as one) as d
