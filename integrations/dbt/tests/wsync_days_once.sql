-- One row per sync and day.
select sync_name, day, count(*) as number_of_rows
from {{ ref('wsync_daily_counts') }}
group by sync_name, day
having count(*) > 1
