SELECT
  "m"."started_at",
  "m"."prepared_at",
  "m"."baseline_run_id",
  "m"."config_hash",
  "m"."statement_version",
  "m"."engine",
  "m"."suppressions",
  "m"."source_columns",
  "m"."source_rows",
  "m"."changed_rows",
  "m"."changed_keys",
  "m"."verdict",
  CAST(SYSDATE AS TIMESTAMP WITH TIME ZONE) AS "now"
FROM "wsync"."task_marker_people" AS "m"
