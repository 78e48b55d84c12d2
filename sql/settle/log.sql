-- Settle, fourth step: the log, every planned identity under every key that has or had it, and every refused row.
-- reads: verdict, snapshot, baseline, prepared, runs, syncs, sync_log; writes: sync_log
insert into sync_log (
  connection_id, sync_run_id, primary_key, operation, status, error_reason, sync_started_at, sync_finished_at,
  reason, error_code, field_notes, attempt, page, http_status, request_id, logged_at
)
with planned as (
  select v.* from verdict as v where v.action not in ('assume', 'wait')
),
keys as (
  select s.identity, key_text(s.primary_key) as primary_key from snapshot as s
  where s.operation <> 'delete' and s.identity in (select p.identity from planned as p)
  union
  select b.identity, key_text(b.primary_key) as primary_key from baseline as b
  where b.identity in (select p.identity from planned as p)
),
lines as (
  select
    coalesce(k.primary_key, p.primary_key) as primary_key, p.operation, p.status, p.error_reason,
    case when k.primary_key is not null and k.primary_key <> p.primary_key and p.reason = 'new' then 'shared' else p.reason end as reason,
    p.error_code, p.field_notes, coalesce(p.attempts, 0) + 1 as attempt, p.page, p.http_status, p.request_id
  from planned as p
  left join keys as k on k.identity = p.identity
  union all
  select
    key_text(q.primary_key) as primary_key, null as operation,
    case when s.operation = 'held' and s.identity is not null then 'held' else 'failed' end as status,
    q.error_reason, 'invalid' as reason,
    q.error_code, q.field_notes, null as attempt, null as page, null as http_status, null as request_id
  from prepared as q
  left join snapshot as s on s.primary_key = q.primary_key
  where q.error_code not in ('suppressed', 'consent_denied')
)
select
  $sync, $run_id, x.primary_key, x.operation, x.status, x.error_reason, r.started_at, current_timestamp,
  x.reason, x.error_code, x.field_notes, x.attempt, x.page, x.http_status, x.request_id, current_timestamp
from lines as x
join runs as r on r.connection_id = $sync and r.sync_run_id = $run_id
where $retain
  and not exists (select 1 from sync_log as l where l.connection_id = $sync and l.sync_run_id = $run_id)
  and exists (select 1 from syncs as s where s.connection_id = $sync and s.newest_fence = $fence)
