INSERT INTO "wsync"."task_marker_people" (
  "started_at",
  "baseline_run_id",
  "config_hash",
  "statement_version",
  "engine",
  "source_columns",
  "verdict"
)
SELECT
  CAST(SYSDATE AS TIMESTAMP WITH TIME ZONE),
  "s"."baseline_run_id",
  '0123456789abcdef',
  '0123456789abcdef',
  'engine 1',
  '[["id", "BIGINT", "integer"]]',
  CAST(CASE WHEN "s"."baseline_run_id" IS NULL THEN 'no_baseline' ELSE 'preparing' END AS VARCHAR(32))
FROM "wsync"."syncs" AS "s"
WHERE
  "s"."connection_id" = 'people'
