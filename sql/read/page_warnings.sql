-- What the platform said about whole pages: entries it calls invalid.
-- reads: outcome; writes: nothing
select o.page, max(o.received) as received, max(o.invalid) as invalid
from outcome as o
where o.invalid > 0
group by o.page
order by o.page
