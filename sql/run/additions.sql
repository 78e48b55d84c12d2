-- Operations, second half: what is wanted and not (or not certainly, or not in this form) a member.
-- reads: wanted, mirror, prepared, changes, leaving, slices; writes: operations_<sync>_<run>
-- $later: the platform answers later, so that nothing that shares an identifier with what leaves is sent beside it
insert into operations (identity, primary_key, prepared_key, action, operation, step, reason, left_out, page_group)
with unanswered as (
  select m.identity, identifiers_of(m) from mirror as m where m.state in ('accepted', 'leaving')
),
touched as (
  select t.token from tokens_of(mirror) as t join leaving as l on l.identity = t.identity where l.tokens_sent > 0
),
known as (
  select t.identity, t.token from tokens_of(mirror) as t
  union all
  select t.identity, t.token from tokens_of(prepared) as t where $later or $after_adds
),
linked as (
  select distinct k.identity from known as k where k.token in (select t.token from touched as t)
),
shielded as (
  select distinct k.identity from known as k where $later and k.token in (select u.token from tokens_of(unanswered) as u)
),
judged as (
  select w.identity, coalesce(w.prepared_key, w.primary_key) as primary_key, w.prepared_key,
    case when p.verdict is null then m.page_group else p.page_group end as page_group,
    case when l.identity is null then 0 else 1 end as linked,
    case when s.identity is not null or m.state in ('accepted', 'leaving') or ($later and l.identity is not null) then 1 else 0 end as shielded,
    case when m.identity is null or p.payload <> m.payload or (m.state = 'member' and l.identity is not null)
      or (m.state = 'leaving' and m.planned_action <> 'wait') then 1 else 0 end as news,
    case
      when $assume then case when m.identity is null then 'assumed' end
      when m.identity is null and c.last_identity <> w.identity then 'rekeyed'
      when m.identity is null or m.state in ('waiting', 'assumed', 'leaving') then 'new'
      when m.state = 'in_doubt' and not m.refused then 'recovered'
      when m.state in ('rejected', 'in_doubt') and ($retry_now or p.payload <> m.payload or ($retry and m.retry_fence <= $fence)) then 'retried'
      when m.state = 'accepted' or (m.state = 'member' and coalesce(p.payload, m.payload) <> m.payload_acknowledged) then 'changed'
      when m.state = 'member' and l.identity is not null then 'repaired'
      when m.state in ('member', 'rejected', 'in_doubt') and $resync and w.chosen = 1 then 'reasserted'
      when m.state = 'member' and m.last_sent_at < z.sent_before then 'reasserted'
    end as reason
  from wanted as w
  left join mirror as m on m.identity = w.identity
  left join prepared as p on key_text(p.primary_key) = w.prepared_key and p.verdict = 'ready'
  left join changes as c on key_text(c.primary_key) = w.prepared_key
  left join linked as l on l.identity = w.identity
  left join shielded as s on s.identity = w.identity
  left join slices as z on z.digit = substring(digest_text(m.identity), 1, 1)
  where $key is null or w.chosen = 1 or l.identity is not null
)
select j.identity, j.primary_key, j.prepared_key,
  case when j.reason = 'assumed' then 'assume' when j.shielded = 1 then 'wait' when j.reason = 'changed' then $update_action else 'add' end as action,
  case when j.reason = 'changed' and not $replaces then 'update' else 'insert' end as operation,
  case when not $after_adds then 1 when j.linked = 1 or (j.reason = 'changed' and $replaces) then 2 else 0 end as step,
  j.reason, 0 as left_out, j.page_group
from judged as j
where j.reason is not null and (j.reason = 'assumed' or j.shielded = 0 or j.news = 1)
