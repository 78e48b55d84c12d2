CREATE TABLE "wsync"."polled_people_20261122090000abcd" (
  "reference" VARCHAR(65535) NOT NULL,
  "status" VARCHAR(32) NOT NULL,
  "error_code" VARCHAR(65535),
  "error_reason" VARCHAR(65535)
)
