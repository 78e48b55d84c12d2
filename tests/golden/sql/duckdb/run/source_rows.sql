CREATE TABLE "wsync"."source_rows_people_20261122090000abcd" AS
SELECT
  "id" AS "primary_key",
  HASH("email", "phone", "city") AS "fingerprint",
  "email" AS "column_1",
  "phone" AS "column_2",
  "city" AS "column_3"
FROM "main"."people"
