-- The plan: operations numbered and paged, each with the mirror row as it was. From `sending` on it is the intent.
-- reads: operations, mirror, prepared; writes: plan_<sync>_<run>
create table plan as
with told as (
  select
    o.identity, o.primary_key, o.action, o.reason, o.left_out,
    case when o.action in ('remove', 'add', 'update') then 1 else 0 end as requested,
    case when o.action in ('remove', 'drop') then 0 else 1 end as step,
    case o.action when 'remove' then 'delete' when 'drop' then 'delete' else case o.reason when 'changed' then 'update' else 'insert' end end as operation,
    p.field_notes,
    coalesce(p.tokens, m.tokens) as tokens,
    coalesce(p.payload, m.payload) as payload,
    coalesce(p.page_group, m.page_group) as page_group,
    coalesced_identifiers(p, m),
    m.state as old_state, m.payload_acknowledged, m.planned_action as old_action, m.refused as old_refused, m.attempts,
    m.request_reference, m.first_planned_at, m.last_sent_at
  from operations as o
  left join mirror as m on m.identity = o.identity
  left join prepared as p on key_text(p.primary_key) = o.prepared_key and p.verdict = 'ready'
),
placed as (
  select
    told.*,
    row_number() over (partition by requested, action, page_group order by identity) - 1 as place
  from told
),
paged as (
  select
    placed.*,
    dense_rank() over (order by requested desc, step, action, page_group, place - place % $page_rows) as page_number
  from placed
)
select
  row_number() over (order by page_number, identity) as seq,
  case when requested = 1 then page_number end as page,
  case when requested = 1 then step end as step,
  identity, primary_key, action, operation, reason, tokens, left_out, payload, page_group, identifiers_of(paged),
  field_notes, old_state, payload_acknowledged, old_action, old_refused, attempts, request_reference,
  first_planned_at, last_sent_at
from paged
