CREATE TABLE IF NOT EXISTS "wsync"."sync_log" (
  "connection_id" TEXT NOT NULL,
  "sync_run_id" TEXT NOT NULL,
  "primary_key" TEXT,
  "operation" TEXT,
  "status" TEXT NOT NULL,
  "error_reason" TEXT,
  "sync_started_at" TIMESTAMPTZ,
  "sync_finished_at" TIMESTAMPTZ,
  "reason" TEXT,
  "error_code" TEXT,
  "field_notes" TEXT,
  "attempt" INT,
  "page" BIGINT,
  "http_status" INT,
  "request_id" TEXT,
  "logged_at" TIMESTAMPTZ NOT NULL
)
