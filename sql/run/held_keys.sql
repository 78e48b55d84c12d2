-- How many keys of this run are held, whether or not their last identity is known.
-- reads: snapshot; writes: nothing
select count(*) from snapshot as s where s.operation = 'held'
