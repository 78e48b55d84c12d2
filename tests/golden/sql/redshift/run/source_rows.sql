CREATE TABLE "wsync"."source_rows_people_20261122090000abcd"
DISTSTYLE KEY
DISTKEY("primary_key") AS
SELECT
  "id" AS "primary_key",
  FNV_HASH(
    CASE WHEN "city" IS NULL THEN CAST(0 AS BIGINT) ELSE FNV_HASH("city") END,
    FNV_HASH(
      CASE WHEN "phone" IS NULL THEN CAST(0 AS BIGINT) ELSE FNV_HASH("phone") END,
      CASE WHEN "email" IS NULL THEN CAST(0 AS BIGINT) ELSE FNV_HASH("email") END
    )
  ) AS "fingerprint",
  "email" AS "column_1",
  "phone" AS "column_2",
  "city" AS "column_3"
FROM "main"."people"
