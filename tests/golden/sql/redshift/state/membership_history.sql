CREATE OR REPLACE VIEW "wsync"."membership_history" AS
SELECT
  "h"."connection_id",
  "h"."primary_key",
  "h"."logged_at" AS "joined_at",
  CASE WHEN "h"."next_operation" = 'delete' THEN "h"."next_logged_at" END AS "left_at"
FROM (
  SELECT
    "l"."connection_id",
    "l"."primary_key",
    "l"."operation",
    "l"."logged_at",
    LAG("l"."operation") OVER (
      PARTITION BY "l"."connection_id", "l"."primary_key"
      ORDER BY "l"."logged_at", "l"."operation"
    ) AS "last_operation",
    LEAD("l"."operation") OVER (
      PARTITION BY "l"."connection_id", "l"."primary_key"
      ORDER BY "l"."logged_at", "l"."operation"
    ) AS "next_operation",
    LEAD("l"."logged_at") OVER (
      PARTITION BY "l"."connection_id", "l"."primary_key"
      ORDER BY "l"."logged_at", "l"."operation"
    ) AS "next_logged_at"
  FROM "wsync"."sync_log_latest" AS "l"
  WHERE
    "l"."status" IN ('succeeded', 'skipped')
    AND "l"."operation" IN ('insert', 'delete')
    AND NOT "l"."primary_key" IS NULL
) AS "h"
WHERE
  "h"."operation" = 'insert'
  AND (
    "h"."last_operation" IS NULL OR "h"."last_operation" = 'delete'
  )
