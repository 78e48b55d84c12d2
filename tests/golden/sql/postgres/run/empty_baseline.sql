CREATE TABLE "wsync"."empty_people_20261122090000abcd" AS
SELECT
  "id" AS "primary_key",
  "pg_catalog".hashtextextended(
    CASE
      WHEN "email" IS NULL
      THEN 'n'
      ELSE 'v' || CAST(LENGTH(CAST("email" AS TEXT)) AS TEXT) || ':' || CAST("email" AS TEXT)
    END || CASE
      WHEN "phone" IS NULL
      THEN 'n'
      ELSE 'v' || CAST(LENGTH(CAST("phone" AS TEXT)) AS TEXT) || ':' || CAST("phone" AS TEXT)
    END || CASE
      WHEN "city" IS NULL
      THEN 'n'
      ELSE 'v' || CAST(LENGTH(CAST("city" AS TEXT)) AS TEXT) || ':' || CAST("city" AS TEXT)
    END,
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
