UPDATE "wsync"."claim_people_00000007" SET "heartbeat_at" = CAST(SYSDATE AS TIMESTAMP WITH TIME ZONE), "released" = 0
WHERE
  "sync_run_id" = '20261122090000abcd'
