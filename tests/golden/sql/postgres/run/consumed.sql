SELECT
  COUNT(*)
FROM "wsync"."runs" AS "r"
WHERE
  "r"."connection_id" = 'people'
  AND "r"."phase" = 'settled'
  AND "r"."status" IN ('succeeded', 'partial')
  AND "r"."dbt_invocation_id" = NULL
