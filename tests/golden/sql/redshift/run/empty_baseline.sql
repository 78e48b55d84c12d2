CREATE TABLE "wsync"."empty_people_20261122090000abcd"
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
  CAST(NULL AS CHAR(32)) AS "identity",
  CAST(NULL AS CHAR(32)) AS "payload",
  CAST(NULL AS VARCHAR(32)) AS "operation",
  CAST(NULL AS VARCHAR(65535)) AS "error_code",
  CAST(NULL AS VARCHAR(65535)) AS "filled",
  "email" AS "email",
  "phone" AS "phone",
  "city" AS "city"
FROM "main"."people"
WHERE
  1 = 0
