-- What the baseline knows of one key.
-- reads: baseline; writes: nothing
select b.operation, b.error_code, b.filled, case when b.identity is null then 0 else 1 end as has_identity
from baseline as b
where key_text(b.primary_key) = $key
