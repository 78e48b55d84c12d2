-- The source read once, where a warehouse may compute a CTE twice: what `changes` begins with, as a table of its own.
-- reads: source (key and mapped columns); writes: source_rows_<sync>_<run>
create table source_rows as
select key_of(source) as primary_key, fingerprint_of(source) as fingerprint, columns_of(source)
from source
