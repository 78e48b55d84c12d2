INSERT INTO "WSYNC"."RUNS" (
  "CONNECTION_ID",
  "SYNC_RUN_ID",
  "FENCE",
  "PHASE",
  "STATUS",
  "KIND",
  "MODE",
  "RUN_TRIGGER",
  "STARTED_AT",
  "BASELINE_RUN_ID",
  "CONFIG_HASH",
  "KEY_COLUMNS",
  "KEY_TYPES",
  "FIELDS",
  "ENGINE",
  "WSYNC_VERSION",
  "SUPPRESSIONS",
  "DBT_INVOCATION_ID"
)
SELECT
  'people',
  '20261122090000abcd',
  7,
  'claimed',
  'running',
  'run',
  'mirror',
  'cli',
  CURRENT_TIMESTAMP(),
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
    1 AS "ONE"
) AS "D"
WHERE
  NOT EXISTS(
    SELECT
      1
    FROM "WSYNC"."RUNS" AS "R"
    WHERE
      "R"."CONNECTION_ID" = 'people' AND "R"."SYNC_RUN_ID" = '20261122090000abcd'
  )
