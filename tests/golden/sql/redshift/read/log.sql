SELECT
  "l"."connection_id",
  "l"."sync_run_id",
  "l"."primary_key",
  "l"."operation",
  "l"."status",
  "l"."reason",
  "l"."error_code",
  "l"."error_reason",
  "l"."field_notes",
  "l"."attempt",
  "l"."page",
  "l"."http_status",
  "l"."request_id",
  "l"."logged_at"
FROM "wsync"."sync_log" AS "l"
WHERE
  (
    'people' IS NULL OR "l"."connection_id" = 'people'
  )
  AND (
    '20261122090000abcd' IS NULL OR "l"."sync_run_id" = '20261122090000abcd'
  )
  AND (
    'succeeded' IS NULL OR "l"."status" = 'succeeded'
  )
  AND (
    NULL IS NULL OR "l"."primary_key" = NULL
  )
ORDER BY
  "l"."logged_at" DESC NULLS LAST,
  "l"."sync_run_id" DESC NULLS LAST,
  "l"."primary_key",
  "l"."operation"
LIMIT 20
