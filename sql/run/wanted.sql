-- The identities the source asks for now, each once: two keys with one identity are one member.
-- reads: snapshot; writes: wanted_<sync>_<run>
create table wanted as
select
  s.identity,
  min(key_text(s.primary_key)) as primary_key,
  min(case when s.operation in ('insert', 'update') then key_text(s.primary_key) end) as prepared_key,
  max(case when $key is null or key_text(s.primary_key) = $key then 1 else 0 end) as chosen
from snapshot as s
where s.operation <> 'delete' and s.identity is not null
group by s.identity
