CREATE TABLE IF NOT EXISTS "wsync"."sync_log" (
  "connection_id" VARCHAR(65535) NOT NULL,
  "sync_run_id" VARCHAR(65535) NOT NULL,
  "primary_key" VARCHAR(65535),
  "operation" VARCHAR(32),
  "status" VARCHAR(32) NOT NULL,
  "error_reason" VARCHAR(65535),
  "sync_started_at" TIMESTAMP WITH TIME ZONE,
  "sync_finished_at" TIMESTAMP WITH TIME ZONE,
  "reason" VARCHAR(32),
  "error_code" VARCHAR(65535),
  "field_notes" VARCHAR(65535),
  "attempt" INTEGER,
  "page" BIGINT,
  "http_status" INTEGER,
  "request_id" VARCHAR(65535),
  "logged_at" TIMESTAMP WITH TIME ZONE NOT NULL
)
SORTKEY("logged_at")
