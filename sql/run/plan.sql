-- The plan: operations numbered and paged, each with the mirror row as it was. From `sending` on it is the intent.
-- reads: operations, mirror, prepared; writes: plan_<sync>_<run>
create table plan as
with told as (
  select
    o.*,
    case when o.action in ('remove', 'add', 'update') then 1 else 0 end as requested,
    coalesce(digest_text(o.page_group), '') as page_key
  from operations as o
),
placed as (
  select
    told.*,
    row_number() over (partition by requested, step, action, page_key order by identity) - 1 as place
  from told
),
piles as (
  select requested, step, action, page_key, count(*) as height, cast(ceil(count(*) * 1.0 / $page_rows) as bigint) as pages
  from told
  group by requested, step, action, page_key
),
stacked as (
  select
    piles.*,
    cast(sum(height) over (order by requested desc, step, action, page_key) as bigint) - height as rows_before,
    cast(sum(pages) over (order by requested desc, step, action, page_key) as bigint) - pages as pages_before
  from piles
)
select
  s.rows_before + o.place + 1 as seq,
  case when o.requested = 1 then s.pages_before + 1 + cast((o.place - o.place % $page_rows) / $page_rows as bigint) end as page,
  case when o.requested = 1 then o.step end as step,
  o.identity, o.primary_key, o.action, o.operation, o.reason, coalesce(p.tokens, m.tokens) as tokens, o.left_out, coalesce(p.payload, m.payload) as payload, o.page_group,
  coalesced_identifiers(p, m),
  p.field_notes, m.state as old_state,
  case when m.state = 'accepted' then coalesce(m.payload_acknowledged, m.payload) else m.payload_acknowledged end as payload_acknowledged, m.planned_action as old_action, m.refused as old_refused,
  m.attempts, m.last_error_code as old_error_code, m.request_reference, m.first_planned_at, m.last_sent_at
from placed as o
join stacked as s
  on s.requested = o.requested and s.step = o.step and s.action = o.action and s.page_key = o.page_key
left join mirror as m on m.identity = o.identity
left join prepared as p on key_text(p.primary_key) = o.prepared_key and p.verdict = 'ready'
