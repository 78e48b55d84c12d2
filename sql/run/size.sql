-- How many rows a table has: the mirror against what its last run recorded, a load whose answer was lost.
-- reads: sized; writes: nothing
select count(*) from sized as s
