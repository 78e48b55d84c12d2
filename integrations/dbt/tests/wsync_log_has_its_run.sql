-- Every line of the log belongs to a run.
{{ config(severity='warn') }}
select log.sync_name, log.run_id
from {{ ref('stg_wsync__sync_log') }} as log
left join {{ ref('stg_wsync__runs') }} as runs
  on log.run_id = runs.run_id
where runs.run_id is null
