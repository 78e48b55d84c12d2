CREATE TABLE "wsync"."polled_people_20261122090000abcd" (
  "reference" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "error_code" TEXT,
  "error_reason" TEXT
)
