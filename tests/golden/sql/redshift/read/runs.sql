SELECT
  "r".*
FROM "wsync"."runs" AS "r"
WHERE
  "r"."connection_id" = 'people'
  AND (
    '20261122090000abcd' IS NULL OR "r"."sync_run_id" = '20261122090000abcd'
  )
ORDER BY
  "r"."started_at" DESC NULLS LAST,
  "r"."fence" DESC NULLS LAST
LIMIT 20
