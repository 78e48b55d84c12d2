-- Copies a table under another name.
-- reads: original; writes: copied
create table copied as select o.* from original as o
