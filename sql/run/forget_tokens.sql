-- The identifier tokens of one key's identities that no other key's identity has.
-- reads: mirror, baseline; writes: nothing
with theirs as (
  select m.identity, identifiers_of(m) from mirror as m
  where m.primary_key = $key
    or m.identity in (select b.identity from baseline as b where key_text(b.primary_key) = $key)
),
others as (
  select b.identity from baseline as b where key_text(b.primary_key) <> $key and b.identity is not null
)
select distinct digest_text(t.token) as token
from tokens_of(theirs) as t
where t.token not in (
  select o.token from tokens_of(mirror) as o where o.identity in (select x.identity from others as x)
)
