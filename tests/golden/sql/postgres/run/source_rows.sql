CREATE TABLE "wsync"."source_rows_people_20261122090000abcd" AS
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
  "email" AS "column_1",
  "phone" AS "column_2",
  "city" AS "column_3"
FROM "main"."people"
