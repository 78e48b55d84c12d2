CREATE TABLE "wsync"."outcome_people_20261122090000abcd" (
  "page" BIGINT NOT NULL,
  "seq" BIGINT,
  "status" VARCHAR(32) NOT NULL,
  "error_code" VARCHAR(65535),
  "error_reason" VARCHAR(65535),
  "http_status" INTEGER,
  "request_id" VARCHAR(65535),
  "reference" VARCHAR(65535),
  "received" BIGINT,
  "invalid" BIGINT
)
