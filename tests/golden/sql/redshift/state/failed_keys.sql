CREATE OR REPLACE VIEW "wsync"."failed_keys" AS
SELECT
  "l"."connection_id",
  "l"."sync_run_id",
  "l"."primary_key",
  "l"."operation",
  "l"."status",
  "l"."error_code",
  "l"."error_reason",
  "l"."field_notes"
FROM "wsync"."sync_log_latest" AS "l"
JOIN (
  SELECT
    "connection_id",
    MAX("fence") AS "fence"
  FROM "wsync"."runs"
  WHERE
    "phase" = 'settled'
  GROUP BY
    "connection_id"
) AS "newest"
  ON "newest"."connection_id" = "l"."connection_id"
JOIN "wsync"."runs" AS "r"
  ON "r"."connection_id" = "newest"."connection_id"
  AND "r"."fence" = "newest"."fence"
  AND "r"."sync_run_id" = "l"."sync_run_id"
WHERE
  "l"."status" IN ('failed', 'held', 'aborted', 'in_doubt')
