CREATE TABLE IF NOT EXISTS "wsync"."syncs" (
  "connection_id" VARCHAR(65535) NOT NULL,
  "connector" VARCHAR(65535) NOT NULL,
  "account" VARCHAR(65535) NOT NULL,
  "audience_id" VARCHAR(65535),
  "audience_name" VARCHAR(65535),
  "key_columns" VARCHAR(65535),
  "key_types" VARCHAR(65535),
  "config_hash" VARCHAR(65535),
  "baseline_run_id" VARCHAR(65535),
  "newest_fence" BIGINT NOT NULL,
  "mirror_rows" BIGINT,
  "state_version" INTEGER NOT NULL,
  "suppression_salt" VARCHAR(65535) NOT NULL,
  "created_at" TIMESTAMP WITH TIME ZONE NOT NULL
)
