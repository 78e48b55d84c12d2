-- Poll, second step: how many rows the mirror will have once those are gone whose removal was confirmed.
-- reads: mirror, polled; writes: syncs
update syncs set mirror_rows = (
  select count(*) from mirror as m
  where m.state <> 'leaving' or m.planned_action = 'wait'
    or m.request_reference not in (select p.reference from polled as p where p.status = 'succeeded')
)
where connection_id = $sync and newest_fence = $fence
