-- Rows refused before planning, by code.
-- reads: prepared; writes: nothing
select p.error_code, max(p.error_reason) as error_reason, count(*) as refused
from prepared as p
where p.error_code is not null
group by p.error_code
order by refused desc, p.error_code
