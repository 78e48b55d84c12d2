SELECT
  "c"."sync_run_id",
  "c"."heartbeat_at",
  "c"."lease_seconds",
  "c"."released",
  CAST(SYSDATE AS TIMESTAMP WITH TIME ZONE) AS "now"
FROM "wsync"."claim_people_00000007" AS "c"
