CREATE TABLE IF NOT EXISTS "wsync"."task_marker_people" (
  "started_at" TIMESTAMPTZ NOT NULL,
  "prepared_at" TIMESTAMPTZ,
  "baseline_run_id" TEXT,
  "config_hash" TEXT NOT NULL,
  "statement_version" TEXT NOT NULL,
  "engine" TEXT NOT NULL,
  "suppressions" BIGINT,
  "source_columns" TEXT NOT NULL,
  "source_rows" BIGINT,
  "changed_rows" BIGINT,
  "changed_keys" BIGINT,
  "verdict" TEXT NOT NULL
)
