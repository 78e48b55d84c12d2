-- A baseline without rows, for a sync that has none: the first run is no special case.
-- reads: source (its column types only); writes: empty_<sync>_<run>
create table empty as
select
  key_of(source) as primary_key,
  fingerprint_of(source) as fingerprint,
  cast(null as uuid) as identity,
  cast(null as uuid) as payload,
  cast(null as text) as operation,
  cast(null as text) as error_code,
  cast(null as text) as filled,
  kept_columns_of(source)
from source
where 1 = 0
