-- The task's verdict: `ready`, or why no run may take its changes over (the first guard that trips).
-- reads: task_marker, task_changes, baseline_view, syncs, suppressed, mirror; writes: task_marker_<sync>
insert into task_marker (
  started_at, prepared_at, baseline_run_id, config_hash, statement_version, engine, suppressions, source_columns,
  source_rows, changed_rows, changed_keys, verdict
)
with counted as (
  select count(*) as changed_rows,
    coalesce(sum(case when c.problem = 'null_key' or c.operation = 'unchanged' then 0 else 1 end), 0) as changed_keys,
    coalesce(sum(case when c.problem = 'null_key' then 1 else 0 end), 0) as null_keys,
    coalesce(sum(case when c.problem is distinct from 'null_key' and c.operation = 'insert' then 1 else 0 end), 0) as inserted,
    coalesce(sum(case when c.operation = 'delete' then 1 else 0 end), 0) as deleted,
    coalesce(sum(case when c.copies > 1 then c.copies - 1 else 0 end), 0) as surplus
  from task_changes as c
),
patterns as (
  select 'before' as side, b.filled, count(*) as n from baseline_view as b group by b.filled
  union all
  select 'gone' as side, b.filled, count(*) as n from baseline_view as b
  join task_changes as c on c.primary_key = b.primary_key where c.operation <> 'unchanged' group by b.filled
  union all
  select 'now' as side, x.filled, count(*) as n
  from (select $filled as filled from task_changes as c where c.problem is distinct from 'null_key' and c.operation in ('insert', 'update')) as x
  group by x.filled
),
known as (
  select c.changed_rows, c.changed_keys, c.null_keys, c.deleted, b.keys as before_keys, b.keys + c.inserted - c.deleted as now_keys,
    b.keys + c.inserted - c.deleted + c.null_keys + c.surplus as source_rows, b.oldest, b.newest, m.members
  from counted as c
  cross join (select count(*) as keys, min(v.baseline_run_id) as oldest, max(v.baseline_run_id) as newest from baseline_view as v) as b
  cross join (select count(*) as members from mirror) as m
),
marks as (
  select f.name,
    coalesce(sum(case when p.side = 'before' and substring(p.filled, f.place, 1) in ('+', '!') then p.n else 0 end), 0) as before_given,
    coalesce(sum(case when substring(p.filled, f.place, 1) in ('+', '!') then case p.side when 'gone' then -p.n else p.n end else 0 end), 0) as now_given
  from fields as f cross join patterns as p group by f.name
),
emptied as (
  select min(m.name) as name from marks as m cross join known as k
  where k.before_keys >= $sample_rows
    and 100.0 * m.before_given / k.before_keys - case when k.now_keys = 0 then 0 else 100.0 * m.now_given / k.now_keys end > $field_collapse_points
)
select
  t.started_at, current_timestamp, t.baseline_run_id, t.config_hash, t.statement_version, t.engine,
  (select count(distinct x.digest) from suppressed as x where x.connection_id = $sync), t.source_columns,
  k.source_rows, k.changed_rows, k.changed_keys,
  case
    when s.baseline_run_id <> t.baseline_run_id or k.oldest <> t.baseline_run_id or k.newest <> t.baseline_run_id then 'baseline_moved'
    when k.now_keys = 0 and k.members > $empty_source then 'empty_source'
    when k.deleted > 0 and not k.null_keys <= least($null_keys_percent * k.source_rows / 100.0, $null_keys_rows) then 'null_keys'
    when e.name is not null then 'emptied: ' || e.name
    else 'ready'
  end
from task_marker as t
join syncs as s on s.connection_id = $sync
cross join known as k
cross join emptied as e
where t.verdict = 'preparing'
