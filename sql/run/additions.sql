-- Operations, second half: what is wanted and not (or not certainly, or not in this form) a member.
-- reads: wanted, mirror, prepared, changes, leaving; writes: operations_<sync>_<run>
insert into operations (identity, primary_key, prepared_key, action, reason, left_out, page_group)
with touched as (
  select t.token
  from tokens_of(mirror) as t
  join leaving as l on l.identity = t.identity
  where l.tokens_sent > 0
),
linked as (
  select distinct t.identity
  from tokens_of(mirror) as t
  where t.token in (select touched.token from touched)
),
judged as (
  select
    w.identity,
    coalesce(w.prepared_key, w.primary_key) as primary_key,
    w.prepared_key,
    case when p.verdict is null then m.page_group else p.page_group end as page_group,
    case
      when $assume then case when m.identity is null then 'assumed' end
      when m.state in ('accepted', 'leaving') then null
      when m.identity is null and c.last_identity <> w.identity then 'rekeyed'
      when m.identity is null or m.state in ('waiting', 'assumed') then 'new'
      when m.state = 'in_doubt' and not m.refused then 'recovered'
      when m.state in ('rejected', 'in_doubt') and (
        $retry_now or p.payload <> m.payload or ($retry and m.retry_fence <= $fence)
      ) then 'retried'
      when m.state = 'member' and p.payload <> m.payload_acknowledged then 'changed'
      when m.state = 'member' and k.identity is not null then 'repaired'
      when m.state in ('member', 'rejected', 'in_doubt') and $resync and w.chosen = 1 then 'reasserted'
    end as reason
  from wanted as w
  left join mirror as m on m.identity = w.identity
  left join prepared as p on key_text(p.primary_key) = w.prepared_key and p.verdict = 'ready'
  left join changes as c on key_text(c.primary_key) = w.prepared_key
  left join linked as k on k.identity = w.identity
  where $key is null or w.chosen = 1 or k.identity is not null
)
select
  j.identity, j.primary_key, j.prepared_key,
  case j.reason when 'assumed' then 'assume' when 'changed' then $update_action else 'add' end as action,
  j.reason, 0 as left_out, j.page_group
from judged as j
where j.reason is not null
