CREATE TABLE IF NOT EXISTS "wsync"."mirror_people" (
  "identity" CHAR(32) NOT NULL,
  "state" VARCHAR(32) NOT NULL,
  "primary_key" VARCHAR(65535),
  "tokens" VARCHAR(65535) NOT NULL,
  "identifier_1" CHAR(32),
  "identifier_2" CHAR(32),
  "identifier_3" CHAR(32),
  "identifier_4" CHAR(32),
  "identifier_5" CHAR(32),
  "identifier_6" CHAR(32),
  "identifier_7" CHAR(32),
  "identifier_8" CHAR(32),
  "page_group" CHAR(32),
  "payload" CHAR(32),
  "payload_acknowledged" CHAR(32),
  "planned_action" VARCHAR(32) NOT NULL,
  "refused" BOOLEAN NOT NULL,
  "attempts" INTEGER NOT NULL,
  "retry_fence" BIGINT NOT NULL,
  "last_error_code" VARCHAR(65535),
  "request_reference" VARCHAR(65535),
  "normalizer_version" INTEGER NOT NULL,
  "planned_run_id" VARCHAR(65535) NOT NULL,
  "first_planned_at" TIMESTAMP WITH TIME ZONE NOT NULL,
  "last_planned_at" TIMESTAMP WITH TIME ZONE NOT NULL,
  "last_sent_at" TIMESTAMP WITH TIME ZONE
)
DISTSTYLE KEY
DISTKEY("identity")
SORTKEY("identity")
