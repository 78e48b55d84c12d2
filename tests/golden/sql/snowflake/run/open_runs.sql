SELECT
  "R"."SYNC_RUN_ID",
  "R"."PHASE",
  "R"."FENCE",
  "R"."KIND",
  "R"."CONFIG_HASH",
  "R"."BASELINE_RUN_ID",
  "R"."STATUS",
  "R"."SUPPRESSIONS"
FROM "WSYNC"."RUNS" AS "R"
WHERE
  "R"."CONNECTION_ID" = 'people'
  AND "R"."PHASE" IN ('claimed', 'planned', 'blocked', 'sending')
ORDER BY
  "R"."FENCE"
