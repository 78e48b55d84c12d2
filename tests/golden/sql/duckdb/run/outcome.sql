CREATE TABLE "wsync"."outcome_people_20261122090000abcd" (
  "page" BIGINT NOT NULL,
  "seq" BIGINT,
  "status" TEXT NOT NULL,
  "error_code" TEXT,
  "error_reason" TEXT,
  "http_status" INT,
  "request_id" TEXT,
  "reference" TEXT,
  "received" BIGINT,
  "invalid" BIGINT
)
