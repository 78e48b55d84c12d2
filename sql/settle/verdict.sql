-- What became of every plan row: a row's own verdict wins over its page's, of unequal ones the less certain.
-- reads: plan, outcome; writes: verdict_<sync>_<run>; $missing: what a page without any outcome is
create table verdict as
with own as (
  select o.seq, case when min(o.status) = max(o.status) then min(o.status) else 'in_doubt' end as status,
    max(o.error_code) as error_code, max(o.error_reason) as error_reason, max(o.http_status) as http_status,
    max(o.request_id) as request_id, max(o.reference) as reference
  from outcome as o where o.seq is not null group by o.seq
),
paged as (
  select o.page, case when min(o.status) = max(o.status) then min(o.status) else 'in_doubt' end as status,
    max(o.error_code) as error_code, max(o.error_reason) as error_reason, max(o.http_status) as http_status,
    max(o.request_id) as request_id, max(o.reference) as reference
  from outcome as o where o.seq is null group by o.page
),
judged as (
  select p.seq, p.page, p.identity, p.primary_key, p.action, p.operation, p.reason, p.field_notes, p.old_state, p.attempts,
    case when p.page is null then 'skipped' else coalesce(own.status, paged.status, $missing) end as status,
    case when p.action = 'drop' then 'shared_identifier' when own.seq is not null then own.error_code else paged.error_code end as error_code,
    case when p.action = 'drop' then 'Every identifier of this row is still wanted by another row; nothing was sent.'
      when own.seq is not null then own.error_reason else paged.error_reason end as error_reason,
    case when own.seq is not null then own.http_status else paged.http_status end as http_status,
    case when own.seq is not null then own.request_id else paged.request_id end as request_id,
    case when own.seq is not null then own.reference else paged.reference end as reference
  from plan as p
  left join own on own.seq = p.seq
  left join paged on paged.page = p.page
)
select j.*,
  case
    when j.action = 'drop' then 'gone'
    when j.action = 'assume' then 'assumed'
    when j.action = 'wait' and (j.old_state is null or j.old_state = 'rejected') then 'waiting'
    when j.action = 'wait' and j.reason = 'repaired' then 'in_doubt'
    when j.action = 'wait' then j.old_state
    when j.action = 'remove' and j.reason not in ('gone', 'cleared', 'rekeyed', 'suppressed') then 'gone'
    when j.action = 'remove' and j.status = 'succeeded' then 'gone'
    when j.action = 'remove' and j.status = 'accepted' then 'leaving'
    when j.action = 'remove' then 'in_doubt'
    when j.status = 'succeeded' then 'member'
    when j.status = 'accepted' then 'accepted'
    when j.status = 'failed' and (j.old_state is null or j.old_state in ('waiting', 'rejected')) then 'rejected'
    else 'in_doubt'
  end as state
from judged as j
