-- When each key joined and left the audience, as far as the retained log reaches.
-- reads: sync_log_latest; writes: the view membership_history
create view membership_history as
select
  h.connection_id, h.primary_key, h.logged_at as joined_at,
  case when h.next_operation = 'delete' then h.next_logged_at end as left_at
from (
  select
    l.connection_id, l.primary_key, l.operation, l.logged_at,
    lag(l.operation) over (partition by l.connection_id, l.primary_key order by l.logged_at, l.operation) as last_operation,
    lead(l.operation) over (partition by l.connection_id, l.primary_key order by l.logged_at, l.operation) as next_operation,
    lead(l.logged_at) over (partition by l.connection_id, l.primary_key order by l.logged_at, l.operation) as next_logged_at
  from sync_log_latest as l
  where l.status in ('succeeded', 'skipped') and l.operation in ('insert', 'delete') and l.primary_key is not null
) as h
where h.operation = 'insert' and (h.last_operation is null or h.last_operation = 'delete')
