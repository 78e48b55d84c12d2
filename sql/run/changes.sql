-- What changed since the baseline, and rows with unusable keys: one read of the source, joined by key.
-- reads: source (key and mapped columns), baseline; writes: changes_<sync>_<run>
-- $fresh: the baseline's fingerprints mean nothing now (configuration or engine changed); $key: one key only, or null
create table changes as
with source_rows as materialized (
  select key_of(source) as primary_key, fingerprint_of(source) as fingerprint, columns_of(source)
  from source
),
repeated as (
  select s.primary_key from source_rows as s
  where s.primary_key is not null
  group by s.primary_key
  having count(*) > 1
),
first_copies as (
  select
    s.primary_key, s.fingerprint, passed_columns_of(s),
    count(*) over (partition by s.primary_key) as copies,
    max(s.fingerprint) over (partition by s.primary_key) as last_fingerprint,
    row_number() over (partition by s.primary_key order by s.fingerprint) as copy
  from source_rows as s
  where s.primary_key in (select r.primary_key from repeated as r)
),
joined as (
  select
    s.primary_key, s.fingerprint, case when s.fingerprint is not null then 1 end as copies,
    cast(null as text) as problem, passed_columns_of(s),
    b.primary_key as last_key, b.fingerprint as last_fingerprint
  from source_rows as s
  full join baseline as b on b.primary_key = s.primary_key
  where (s.fingerprint is null or s.fingerprint is distinct from b.fingerprint or $fresh)
    and (s.primary_key is null or s.primary_key not in (select r.primary_key from repeated as r))
  union all
  select
    f.primary_key, f.fingerprint, f.copies,
    case when f.fingerprint < f.last_fingerprint then 'duplicate_key' end as problem, passed_columns_of(f),
    b.primary_key as last_key, b.fingerprint as last_fingerprint
  from first_copies as f
  left join baseline as b on b.primary_key = f.primary_key
  where f.copy = 1
)
select
  coalesce(j.primary_key, j.last_key) as primary_key,
  case when j.copies is null then j.last_fingerprint else j.fingerprint end as fingerprint,
  case
    when j.copies is null then 'delete'
    when j.last_key is null then 'insert'
    when j.problem is null and j.fingerprint = j.last_fingerprint and not $fresh then 'unchanged'
    else 'update'
  end as operation,
  case when j.copies is not null and j.primary_key is null then 'null_key' else j.problem end as problem,
  j.copies, b.identity as last_identity, b.error_code as last_error_code, passed_or_kept(j, b)
from joined as j
left join baseline as b on b.primary_key = j.last_key
where $key is null or key_text(coalesce(j.primary_key, j.last_key)) = $key
