-- The source's rows of one key.
-- reads: source; writes: nothing
select s.primary_key, passed_columns_of(s)
from (select key_of(source) as primary_key, columns_of(source) from source) as s
where key_text(s.primary_key) = $key
