-- One row per sync and key.
select sync_name, primary_key, count(*) as number_of_rows
from {{ ref('wsync_operations_by_key') }}
group by sync_name, primary_key
having count(*) > 1
