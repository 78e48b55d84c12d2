SELECT
  "S"."PRIMARY_KEY",
  "S"."COLUMN_1",
  "S"."COLUMN_2",
  "S"."COLUMN_3"
FROM (
  SELECT
    "id" AS "PRIMARY_KEY",
    "email" AS "COLUMN_1",
    "phone" AS "COLUMN_2",
    "city" AS "COLUMN_3"
  FROM "main"."people"
) AS "S"
WHERE
  CAST("S"."PRIMARY_KEY" AS VARCHAR) = NULL
