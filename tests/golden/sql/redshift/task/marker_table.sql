CREATE TABLE IF NOT EXISTS "wsync"."task_marker_people" (
  "started_at" TIMESTAMP WITH TIME ZONE NOT NULL,
  "prepared_at" TIMESTAMP WITH TIME ZONE,
  "baseline_run_id" VARCHAR(65535),
  "config_hash" VARCHAR(65535) NOT NULL,
  "statement_version" VARCHAR(65535) NOT NULL,
  "engine" VARCHAR(65535) NOT NULL,
  "suppressions" BIGINT,
  "source_columns" VARCHAR(65535) NOT NULL,
  "source_rows" BIGINT,
  "changed_rows" BIGINT,
  "changed_keys" BIGINT,
  "verdict" VARCHAR(65535) NOT NULL
)
