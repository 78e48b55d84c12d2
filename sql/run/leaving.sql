-- Members that nobody wants, and which of their identifier tokens somebody wanted has (left out of the request).
-- reads: mirror, wanted, prepared; writes: leaving_<sync>_<run>
-- $later: the platform answers later, so that what shares an identifier with an unanswered request stays for now
create table leaving as
with unanswered as (
  select m.identity, identifiers_of(m) from mirror as m where m.state in ('accepted', 'leaving')
),
shielded as (
  select distinct t.identity from tokens_of(mirror) as t
  where $later and t.token in (select u.token from tokens_of(unanswered) as u)
),
unwanted as (
  select m.identity, m.primary_key, m.page_group, identifiers_of(m)
  from mirror as m
  where $removes
    and m.state not in ('accepted', 'leaving')
    and not exists (select 1 from shielded as s where s.identity = m.identity)
    and not exists (select 1 from wanted as w where w.identity = m.identity)
    and ($key is null or m.primary_key = $key or m.identity in (
      select b.identity from baseline as b where key_text(b.primary_key) = $key
    ))
),
unwanted_tokens as (
  select t.identity, t.bit, t.token from tokens_of(unwanted) as t
),
wanted_tokens as (
  select t.token
  from tokens_of(mirror) as t
  where t.token in (select u.token from unwanted_tokens as u)
    and exists (select 1 from wanted as w where w.identity = t.identity)
  union
  select t.token
  from tokens_of(prepared) as t
  where t.token in (select u.token from unwanted_tokens as u)
)
select
  u.identity,
  u.primary_key,
  u.page_group,
  cast(sum(case when t.token is null then 0 else 1 end) as bigint) as tokens,
  cast(sum(case when t.token is not null and w.token is null then 1 else 0 end) as bigint) as tokens_sent,
  cast(sum(case when w.token is null then 0 else t.bit end) as bigint) as left_out
from unwanted as u
left join unwanted_tokens as t on t.identity = u.identity
left join wanted_tokens as w on w.token = t.token
group by u.identity, u.primary_key, u.page_group
