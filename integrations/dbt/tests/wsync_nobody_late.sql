-- No sync is without a good run for longer than wsync_late_after_hours.
{{ config(severity='warn') }}
select sync_name, last_status, last_good_at
from {{ ref('wsync_freshness') }}
where freshness = 'late'
