-- The table that prepared rows are loaded into; its key has the type of the source's.
-- reads: changes (its column types only); writes: prepared_<sync>_<run>
create table prepared as
select
  c.primary_key,
  cast(null as text) as verdict,
  cast(null as text) as error_code,
  cast(null as text) as error_reason,
  cast(null as text) as field_notes,
  cast(null as text) as filled,
  cast(null as uuid) as identity,
  cast(null as uuid) as payload,
  cast(null as uuid) as page_group,
  cast(null as text) as tokens,
  cast(null as uuid) as identifier_1,
  cast(null as uuid) as identifier_2,
  cast(null as uuid) as identifier_3,
  cast(null as uuid) as identifier_4,
  cast(null as uuid) as identifier_5,
  cast(null as uuid) as identifier_6,
  cast(null as uuid) as identifier_7,
  cast(null as uuid) as identifier_8
from changes as c
where 1 = 0
