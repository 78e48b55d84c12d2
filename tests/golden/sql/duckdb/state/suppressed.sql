CREATE TABLE IF NOT EXISTS "wsync"."suppressed" (
  "connection_id" TEXT NOT NULL,
  "digest" TEXT NOT NULL
)
