CREATE TABLE "wsync"."source_rows_people_20261122090000abcd" AS
SELECT
  "id" AS "primary_key",
  FROM_BIG_ENDIAN_64(
    XXHASH64(
      TO_UTF8(
        CONCAT(
          CAST(CASE
            WHEN "email" IS NULL
            THEN 'n'
            ELSE CONCAT(
              CAST('v' AS VARCHAR),
              CAST(LENGTH(CAST("email" AS VARCHAR)) AS VARCHAR),
              CAST(':' AS VARCHAR),
              CAST("email" AS VARCHAR)
            )
          END AS VARCHAR),
          CAST(CASE
            WHEN "phone" IS NULL
            THEN 'n'
            ELSE CONCAT(
              CAST('v' AS VARCHAR),
              CAST(LENGTH(CAST("phone" AS VARCHAR)) AS VARCHAR),
              CAST(':' AS VARCHAR),
              CAST("phone" AS VARCHAR)
            )
          END AS VARCHAR),
          CAST(CASE
            WHEN "city" IS NULL
            THEN 'n'
            ELSE CONCAT(
              CAST('v' AS VARCHAR),
              CAST(LENGTH(CAST("city" AS VARCHAR)) AS VARCHAR),
              CAST(':' AS VARCHAR),
              CAST("city" AS VARCHAR)
            )
          END AS VARCHAR)
        )
      )
    )
  ) AS "fingerprint",
  "email" AS "column_1",
  "phone" AS "column_2",
  "city" AS "column_3"
FROM "main"."people"
