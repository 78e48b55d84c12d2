-- How many rows the mirror has, to compare with what the last settle recorded.
-- reads: mirror; writes: nothing
select count(*) from mirror as m
