-- Whether the identity of another key has this identifier token.
-- reads: mirror, baseline; writes: nothing
select count(*)
from tokens_of(mirror) as t
where t.token = cast($token as uuid)
  and t.identity in (select b.identity from baseline as b where key_text(b.primary_key) <> $key)
