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
    CAST("s"."primary_key" AS TEXT) AS "primary_key"
  FROM "wsync"."snapshot_people_20261122090000abcd" AS "s"
  WHERE
    "s"."operation" <> 'delete'
    AND "s"."identity" IN (
      SELECT
        "p"."identity"
      FROM "planned" AS "p"
    )
  UNION
  SELECT
    "b"."identity",
    CAST("b"."primary_key" AS TEXT) AS "primary_key"
  FROM (SELECT "primary_key", "fingerprint", "identity", "payload", "operation", "error_code", "filled", "email", "phone", CAST(NULL AS TEXT) AS "city" FROM "wsync"."snapshot_people_20261121090000abcd" WHERE "operation" <> 'delete') AS "b"
  WHERE
    "b"."identity" IN (
      SELECT
        "p"."identity"
      FROM "planned" AS "p"
    )
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
    CAST("q"."primary_key" AS TEXT) AS "primary_key",
    NULL AS "operation",
    CASE
      WHEN "s"."operation" = 'held' AND NOT "s"."identity" IS NULL
      THEN 'held'
      ELSE 'failed'
    END AS "status",
    "q"."error_reason",
    'invalid' AS "reason",
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
  CURRENT_TIMESTAMP,
  "x"."reason",
  "x"."error_code",
  "x"."field_notes",
  "x"."attempt",
  "x"."page",
  "x"."http_status",
  "x"."request_id",
  CURRENT_TIMESTAMP
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
