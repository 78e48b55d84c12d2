-- A copy of the baseline in which the forgotten key wants nothing.
-- reads: baseline; writes: snapshot_<sync>_<run>
create table snapshot as
select
  b.primary_key,
  b.fingerprint,
  case when key_text(b.primary_key) = $key then null else b.identity end as identity,
  case when key_text(b.primary_key) = $key then null else b.payload end as payload,
  'unchanged' as operation,
  b.error_code,
  b.filled,
  kept_again(b)
from baseline as b
