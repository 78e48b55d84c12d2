SELECT
  COUNT(*)
FROM "WSYNC"."RUNS" AS "R"
WHERE
  "R"."CONNECTION_ID" = 'people'
  AND "R"."PHASE" = 'settled'
  AND "R"."STATUS" IN ('succeeded', 'partial')
  AND "R"."DBT_INVOCATION_ID" = NULL
