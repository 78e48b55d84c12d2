INSERT INTO "wsync"."runs" (
  "connection_id",
  "sync_run_id",
  "fence",
  "phase",
  "status",
  "kind",
  "mode",
  "run_trigger",
  "started_at",
  "baseline_run_id",
  "config_hash",
  "key_columns",
  "key_types",
  "fields",
  "engine",
  "wsync_version",
  "suppressions",
  "dbt_invocation_id"
)
SELECT
  'people',
  '20261122090000abcd',
  7,
  CAST('claimed' AS VARCHAR(32)),
  CAST('running' AS VARCHAR(32)),
  'run',
  'mirror',
  'cli',
  CAST(SYSDATE AS TIMESTAMP WITH TIME ZONE),
  '20261121090000abcd',
  '0123456789abcdef',
  '["id"]',
  '["integer"]',
  '["EMAIL", "PHONE", "CITY"]',
  'engine 1',
  '0.1.0',
  0,
  NULL
FROM (
  SELECT
    1 AS "one"
) AS "d"
WHERE
  NOT EXISTS(
    SELECT
      1
    FROM "wsync"."runs" AS "r"
    WHERE
      "r"."connection_id" = 'people' AND "r"."sync_run_id" = '20261122090000abcd'
  )
