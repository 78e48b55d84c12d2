-- One row per sync: its newest run, when it last came to a good end, and whether that is too long ago.
with runs as (
  select
    sync_name,
    status,
    started_at,
    finished_at,
    row_number() over (partition by sync_name order by run_number desc) as newest
  from {{ ref('stg_wsync__runs') }}
  where kind <> 'plan'
),

by_sync as (
  select
    sync_name,
    max(case when newest = 1 then status end) as last_status,
    max(case when newest = 1 then started_at end) as last_started_at,
    max(case when status in ('succeeded', 'partial') then finished_at end) as last_good_at
  from runs
  group by sync_name
),

aged as (
  select
    sync_name,
    last_status,
    last_started_at,
    last_good_at,
    {{ dbt.datediff('last_good_at', warehouse_sync.utc_now(), 'hour') }} as hours_since_good
  from by_sync
)

select
  sync_name,
  last_status,
  last_started_at,
  last_good_at,
  hours_since_good,
  case
    when hours_since_good is null or hours_since_good > {{ var('wsync_late_after_hours', 36) }} then 'late'
    else 'fresh'
  end as freshness
from aged
