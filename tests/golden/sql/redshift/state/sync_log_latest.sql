CREATE OR REPLACE VIEW "wsync"."sync_log_latest" AS
SELECT
  "l"."connection_id",
  "l"."sync_run_id",
  "l"."primary_key",
  "l"."operation",
  "l"."status",
  "l"."error_reason",
  "l"."sync_started_at",
  "l"."sync_finished_at",
  "l"."reason",
  "l"."error_code",
  "l"."field_notes",
  "l"."attempt",
  "l"."page",
  "l"."http_status",
  "l"."request_id",
  "l"."logged_at"
FROM (
  SELECT
    "sync_log".*,
    RANK() OVER (
      PARTITION BY "connection_id", "sync_run_id", "primary_key", "operation", CASE WHEN "primary_key" IS NULL THEN "reason" END
      ORDER BY "logged_at" DESC NULLS LAST
    ) AS "newest"
  FROM "wsync"."sync_log"
) AS "l"
WHERE
  "l"."newest" = 1 OR "l"."primary_key" IS NULL
