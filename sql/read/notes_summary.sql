-- Fields that were dropped from rows that are sent all the same.
-- reads: prepared; writes: nothing
select p.field_notes, count(*) as noted
from prepared as p
where p.error_code is null and p.field_notes is not null
group by p.field_notes
order by noted desc, p.field_notes
limit 20
