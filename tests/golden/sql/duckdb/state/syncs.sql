CREATE TABLE IF NOT EXISTS "wsync"."syncs" (
  "connection_id" TEXT NOT NULL,
  "connector" TEXT NOT NULL,
  "account" TEXT NOT NULL,
  "audience_id" TEXT,
  "audience_name" TEXT,
  "key_columns" TEXT,
  "key_types" TEXT,
  "config_hash" TEXT,
  "baseline_run_id" TEXT,
  "newest_fence" BIGINT NOT NULL,
  "mirror_rows" BIGINT,
  "state_version" INT NOT NULL,
  "suppression_salt" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ NOT NULL
)
