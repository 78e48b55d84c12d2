CREATE TABLE "wsync"."empty_people_20261122090000abcd" AS
SELECT
  "id" AS "primary_key",
  "pg_catalog".hash_record_extended(
    ROW(
      CAST("email" AS TEXT) COLLATE "C",
      CAST("phone" AS TEXT) COLLATE "C",
      CAST("city" AS TEXT) COLLATE "C"
    ),
    0
  ) AS "fingerprint",
  CAST(NULL AS UUID) AS "identity",
  CAST(NULL AS UUID) AS "payload",
  CAST(NULL AS TEXT) AS "operation",
  CAST(NULL AS TEXT) AS "error_code",
  CAST(NULL AS TEXT) AS "filled",
  "email" AS "email",
  "phone" AS "phone",
  "city" AS "city"
FROM "main"."people"
WHERE
  1 = 0
