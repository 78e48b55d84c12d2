CREATE TABLE "wsync"."source_rows_people_20261122090000abcd" AS
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
  "email" AS "column_1",
  "phone" AS "column_2",
  "city" AS "column_3"
FROM "main"."people"
