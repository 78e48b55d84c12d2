-- Every row of a source is a surplus copy, has no key, or is a key's row.
select sync_name, run_id, source_rows, surplus_copies, null_key_rows, keys_present
from {{ ref('stg_wsync__runs') }}
where phase = 'settled' and source_rows <> surplus_copies + null_key_rows + keys_present
