-- The source as this run saw it: the baseline's untouched rows, and the changed ones as prepared.
-- reads: baseline, changes, prepared, mirror (last identities where there is no baseline); writes: snapshot_<sync>_<run>
create table snapshot as
with known as (
  select m.primary_key, m.identity, row_number() over (partition by m.primary_key order by m.last_planned_at desc, m.identity) as newest
  from mirror as m
  where $no_baseline and m.planned_action <> 'remove'
)
select
  b.primary_key, b.fingerprint, b.identity, b.payload, 'unchanged' as operation, b.error_code, b.filled,
  kept_again(b)
from baseline as b
where not exists (
  select 1 from changes as c where c.primary_key = b.primary_key and c.operation <> 'unchanged'
)
union all
select
  c.primary_key,
  case when c.operation = 'delete' or p.verdict = 'ready' or p.error_code in ('suppressed', 'consent_denied') then c.fingerprint end as fingerprint,
  case
    when c.operation = 'delete' then c.last_identity
    when p.verdict = 'ready' then p.identity
    when p.verdict = 'hold' then coalesce(c.last_identity, k.identity)
  end as identity,
  case when p.verdict = 'ready' then p.payload end as payload,
  case when p.verdict = 'hold' then 'held' else c.operation end as operation,
  case when c.operation = 'delete' then c.last_error_code else p.error_code end as error_code,
  p.filled,
  kept_now(c)
from changes as c
left join prepared as p on p.primary_key = c.primary_key
left join known as k on k.primary_key = key_text(c.primary_key) and k.newest = 1
where c.primary_key is not null and c.operation <> 'unchanged'
