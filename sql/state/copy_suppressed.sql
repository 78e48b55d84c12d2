-- Enters a sync's suppressions for its new name; their salt stays that of its first.
-- reads: suppressed; writes: suppressed
insert into suppressed (connection_id, digest)
select $new, s.digest
from suppressed as s
where s.connection_id = $sync
  and not exists (select 1 from suppressed as t where t.connection_id = $new and t.digest = s.digest)
