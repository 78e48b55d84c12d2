INSERT INTO "wsync"."sync_log" (
  "connection_id",
  "sync_run_id",
  "primary_key",
  "operation",
  "status",
  "error_reason",
  "sync_started_at",
  "sync_finished_at",
  "reason",
  "error_code",
  "field_notes",
  "attempt",
  "page",
  "http_status",
  "request_id",
  "logged_at"
)
WITH "planned" AS (
  SELECT
    "v".*
  FROM "wsync"."verdict_people_20261122090000abcd" AS "v"
  WHERE
    NOT "v"."action" IN ('assume', 'wait')
), "keys" AS (
  SELECT
    "s"."identity",
    CAST("s"."primary_key" AS VARCHAR(65535)) AS "primary_key"
  FROM "wsync"."snapshot_people_20261122090000abcd" AS "s"
  LEFT JOIN (
    SELECT DISTINCT
      "p"."identity" AS "member"
    FROM "planned" AS "p"
  ) AS "among_1"
    ON "among_1"."member" = "s"."identity"
  WHERE
    "s"."operation" <> 'delete' AND NOT "among_1"."member" IS NULL
  UNION
  SELECT
    "b"."identity",
    CAST("b"."primary_key" AS VARCHAR(65535)) AS "primary_key"
  FROM (SELECT "primary_key", "fingerprint", "identity", "payload", "operation", "error_code", "filled", "email", "phone", CAST(NULL AS VARCHAR) AS "city" FROM "wsync"."snapshot_people_20261121090000abcd" WHERE "operation" <> 'delete') AS "b"
  LEFT JOIN (
    SELECT DISTINCT
      "p"."identity" AS "member"
    FROM "planned" AS "p"
  ) AS "among_1"
    ON "among_1"."member" = "b"."identity"
  WHERE
    NOT "among_1"."member" IS NULL
), "lines" AS (
  SELECT
    COALESCE("k"."primary_key", "p"."primary_key") AS "primary_key",
    "p"."operation",
    "p"."status",
    "p"."error_reason",
    CASE
      WHEN NOT "k"."primary_key" IS NULL
      AND "k"."primary_key" <> "p"."primary_key"
      AND "p"."reason" = 'new'
      THEN 'shared'
      ELSE "p"."reason"
    END AS "reason",
    "p"."error_code",
    "p"."field_notes",
    COALESCE("p"."attempts", 0) + 1 AS "attempt",
    "p"."page",
    "p"."http_status",
    "p"."request_id"
  FROM "planned" AS "p"
  LEFT JOIN "keys" AS "k"
    ON "k"."identity" = "p"."identity"
  UNION ALL
  SELECT
    CAST("q"."primary_key" AS VARCHAR(65535)) AS "primary_key",
    NULL AS "operation",
    CAST(CASE
      WHEN "s"."operation" = 'held' AND NOT "s"."identity" IS NULL
      THEN 'held'
      ELSE 'failed'
    END AS VARCHAR(32)) AS "status",
    "q"."error_reason",
    CAST('invalid' AS VARCHAR(32)) AS "reason",
    "q"."error_code",
    "q"."field_notes",
    NULL AS "attempt",
    NULL AS "page",
    NULL AS "http_status",
    NULL AS "request_id"
  FROM "wsync"."prepared_people_20261122090000abcd" AS "q"
  LEFT JOIN "wsync"."snapshot_people_20261122090000abcd" AS "s"
    ON "s"."primary_key" = "q"."primary_key"
  WHERE
    NOT "q"."error_code" IN ('suppressed', 'consent_denied')
)
SELECT
  'people',
  '20261122090000abcd',
  "x"."primary_key",
  "x"."operation",
  "x"."status",
  "x"."error_reason",
  "r"."started_at",
  CAST(SYSDATE AS TIMESTAMP WITH TIME ZONE),
  "x"."reason",
  "x"."error_code",
  "x"."field_notes",
  "x"."attempt",
  "x"."page",
  "x"."http_status",
  "x"."request_id",
  CAST(SYSDATE AS TIMESTAMP WITH TIME ZONE)
FROM "lines" AS "x"
JOIN "wsync"."runs" AS "r"
  ON "r"."connection_id" = 'people' AND "r"."sync_run_id" = '20261122090000abcd'
WHERE
  TRUE
  AND NOT EXISTS(
    SELECT
      1
    FROM "wsync"."sync_log" AS "l"
    WHERE
      "l"."connection_id" = 'people' AND "l"."sync_run_id" = '20261122090000abcd'
  )
  AND EXISTS(
    SELECT
      1
    FROM "wsync"."syncs" AS "s"
    WHERE
      "s"."connection_id" = 'people' AND "s"."newest_fence" = 7
  )
