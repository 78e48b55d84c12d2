-- Operations, first half: every unwanted member is removed, by a request or (all tokens shared) without one.
-- reads: leaving, snapshot; writes: operations_<sync>_<run>
create table operations as
select
  l.identity,
  l.primary_key,
  cast(null as text) as prepared_key,
  case when l.tokens > 0 and l.tokens_sent = 0 then 'drop' else 'remove' end as action,
  'delete' as operation,
  cast(case when $after_adds then 1 else 0 end as integer) as step,
  case
    when $key is not null and $forget then 'suppressed'
    when s.primary_key is null or s.operation = 'delete' then 'gone'
    when s.error_code = 'suppressed' then 'suppressed'
    when s.identity is null then 'cleared'
    else 'rekeyed'
  end as reason,
  l.left_out,
  l.page_group
from leaving as l
left join snapshot as s on key_text(s.primary_key) = l.primary_key
