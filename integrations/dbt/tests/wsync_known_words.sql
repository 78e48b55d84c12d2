-- Every status, phase and operation is one that wsync's documentation knows.
select 'runs.status' as what, status as word
from {{ ref('stg_wsync__runs') }}
where status not in ('running', 'succeeded', 'partial', 'planned', 'blocked', 'stopped', 'dropped', 'failed', 'skipped')

union all

select 'sync_log.status' as what, status as word
from {{ ref('stg_wsync__sync_log') }}
where status not in ('succeeded', 'failed', 'skipped', 'held', 'aborted', 'in_doubt', 'accepted')

union all

select 'sync_log.operation' as what, operation as word
from {{ ref('stg_wsync__sync_log') }}
where operation is not null and operation not in ('insert', 'update', 'delete')
