UPDATE "wsync"."runs" SET "run_trigger" = 'cli'
WHERE
  "connection_id" = 'people' AND "sync_run_id" = '20261122090000abcd'
