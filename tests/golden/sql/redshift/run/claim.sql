CREATE TABLE "wsync"."claim_people_00000007" AS
SELECT
  CAST('20261122090000abcd' AS VARCHAR(65535)) AS "sync_run_id",
  CAST(SYSDATE AS TIMESTAMP WITH TIME ZONE) AS "heartbeat_at",
  CAST(120 AS INTEGER) AS "lease_seconds",
  CAST(0 AS INTEGER) AS "released"
FROM (
  SELECT
    1 AS "one"
) AS "d"
