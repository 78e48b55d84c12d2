CREATE TABLE IF NOT EXISTS "wsync"."suppressed" (
  "connection_id" VARCHAR(65535) NOT NULL,
  "digest" VARCHAR(65535) NOT NULL
)
