-- Which of the tokens asked for are identifier tokens of another key's identity.
-- reads: asked, mirror, baseline; writes: nothing
select distinct digest_text(t.token) as token
from tokens_of(mirror) as t
where t.token in (select a.token from asked as a)
  and t.identity in (select b.identity from baseline as b where key_text(b.primary_key) <> $key)
