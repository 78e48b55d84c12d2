-- What changed since the baseline, and rows with unusable keys: one read of the source, joined by key.
-- reads: source (key and mapped columns), baseline; writes: changes_<sync>_<run>
-- $fresh: the baseline's fingerprints mean nothing now (configuration or engine changed); $key: one key only, or null
create table changes as
with source_rows as materialized (
  select key_of(source) as primary_key, fingerprint_of(source) as fingerprint, columns_of(source)
  from source
),
repeated as (
  select
    s.primary_key,
    count(*) as copies,
    case when min(s.fingerprint) < max(s.fingerprint) then 'duplicate_key' end as problem
  from source_rows as s
  where s.primary_key is not null
  group by s.primary_key
  having count(*) > 1
),
first_copies as (
  select c.primary_key, c.fingerprint, c.copies, c.problem, passed_columns_of(c)
  from (
    select
      s.primary_key, s.fingerprint, r.copies, r.problem, passed_columns_of(s),
      row_number() over (partition by s.primary_key order by s.fingerprint) as copy
    from source_rows as s
    join repeated as r on r.primary_key = s.primary_key
  ) as c
  where c.copy = 1
),
keyed as (
  select s.primary_key, s.fingerprint, 1 as copies, cast(null as text) as problem, passed_columns_of(s)
  from source_rows as s
  where not exists (select 1 from repeated as r where r.primary_key = s.primary_key)
  union all
  select f.primary_key, f.fingerprint, f.copies, f.problem, passed_columns_of(f)
  from first_copies as f
)
select
  coalesce(k.primary_key, b.primary_key) as primary_key,
  k.fingerprint,
  case
    when k.copies is null then 'delete'
    when b.primary_key is null then 'insert'
    when k.problem is null and k.fingerprint = b.fingerprint and not $fresh then 'unchanged'
    else 'update'
  end as operation,
  case when k.copies is not null and k.primary_key is null then 'null_key' else k.problem end as problem,
  k.copies,
  b.identity as last_identity,
  b.error_code as last_error_code,
  passed_columns_of(k)
from keyed as k
full join baseline as b on b.primary_key = k.primary_key
where (k.fingerprint is distinct from b.fingerprint or k.copies > 1 or k.copies is null or $fresh)
  and ($key is null or key_text(coalesce(k.primary_key, b.primary_key)) = $key)
