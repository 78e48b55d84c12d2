-- The guards of a plan, one row each: what was found, what is allowed. What cannot be computed blocks.
-- reads: runs, plan, changes, prepared, snapshot, baseline; writes: nothing
with counted as (
  select max(keys_present) as keys_present, max(source_rows) as source_rows, max(null_key_rows) as null_key_rows, max(members) as members
  from runs where connection_id = $sync and sync_run_id = $run_id
),
r as (
  select counted.*,
    case when members is not null then greatest($removals_percent * members / 100.0, $removals_rows) end as removals_allowed,
    case when members is not null then greatest($rekeys_percent * members / 100.0, $rekeys_rows) end as rekeys_allowed,
    case when source_rows is not null then least($null_keys_percent * source_rows / 100.0, $null_keys_rows) end as null_keys_allowed,
    case when keys_present > 0 and members is not null then 0 when keys_present = 0 then members end as members_of_nobody
  from counted
),
removals as (
  select coalesce(sum(case when p.reason in ('gone', 'cleared') then 1 else 0 end), 0) as lost,
    coalesce(sum(case when p.reason = 'rekeyed' then 1 else 0 end), 0) as rekeyed,
    count(*) as every_one
  from plan as p
  where p.operation = 'delete' and p.reason in ('gone', 'cleared', 'rekeyed', 'suppressed') and coalesce(p.old_action, 'add') <> 'remove'
),
patterns as (
  select 'now' as side, s.filled, count(*) as n from snapshot as s
  where s.operation <> 'delete' group by s.filled
  union all
  select 'before' as side, b.filled, count(*) as n from baseline as b group by b.filled
  union all
  select case when coalesce(p.error_code, 'suppressed') in ('suppressed', 'consent_denied') then 'ready' else 'refused' end as side, p.filled, count(*) as n
  from prepared as p left join changes as c on c.primary_key = p.primary_key
  where c.last_error_code is null
  group by case when coalesce(p.error_code, 'suppressed') in ('suppressed', 'consent_denied') then 'ready' else 'refused' end, p.filled
),
rows_of as (
  select coalesce(sum(case when side = 'now' then n else 0 end), 0) as now_rows,
    coalesce(sum(case when side = 'before' then n else 0 end), 0) as before_rows,
    coalesce(sum(case when side in ('ready', 'refused') then n else 0 end), 0) as prepared_rows,
    coalesce(sum(case when side = 'refused' then n else 0 end), 0) as refused_rows
  from patterns
),
marks as (
  select f.place, f.name,
    coalesce(sum(case when x.side in ('ready', 'refused') and substring(x.filled, f.place, 1) = '!' then x.n else 0 end), 0) as invalid,
    coalesce(sum(case when x.side in ('ready', 'refused') and substring(x.filled, f.place, 1) in ('+', '!') then x.n else 0 end), 0) as given,
    coalesce(sum(case when x.side = 'now' and substring(x.filled, f.place, 1) in ('+', '!') then x.n else 0 end), 0) as now_given,
    coalesce(sum(case when x.side = 'before' and substring(x.filled, f.old_place, 1) in ('+', '!') then x.n else 0 end), 0) as before_given
  from fields as f cross join patterns as x group by f.place, f.name
),
found as (
  select 1 as place, 'empty_source' as guard, members_of_nobody as found, $empty_source as allowed from r
  union all select 2, 'removals', lost, removals_allowed from removals cross join r
  union all select 3, 'rekeys', rekeyed, rekeys_allowed from removals cross join r
  union all select 4, 'configuration_change', case when $config_changed then every_one else 0 end, $config_change_removals from removals
  union all select 5, 'null_keys', case when every_one > 0 then null_key_rows else 0 end, null_keys_allowed from removals cross join r
  union all select 6, 'invalid_rows', refused_rows, case when prepared_rows >= $sample_rows then $invalid_percent * prepared_rows / 100.0 else prepared_rows end from rows_of
  union all select 100 + place, 'invalid: ' || name, invalid, case when given >= $sample_rows then $field_invalid_percent * given / 100.0 else given end from marks
  union all select 200 + m.place, 'emptied: ' || m.name,
    case when before_rows < $sample_rows then 0 else 100.0 * before_given / before_rows - case when now_rows = 0 then 0 else 100.0 * now_given / now_rows end end,
    $field_collapse_points from marks as m cross join rows_of
)
select guard, found, allowed, case when found <= allowed then 0 else 1 end as blocked from found as f order by place
