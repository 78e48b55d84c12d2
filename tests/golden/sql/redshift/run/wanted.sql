CREATE TABLE "wsync"."wanted_people_20261122090000abcd"
DISTSTYLE KEY
DISTKEY("identity") AS
SELECT
  "s"."identity",
  MIN(CAST("s"."primary_key" AS VARCHAR(65535))) AS "primary_key",
  MIN(
    CASE
      WHEN "s"."operation" IN ('insert', 'update')
      THEN CAST("s"."primary_key" AS VARCHAR(65535))
    END
  ) AS "prepared_key",
  MAX(
    CASE
      WHEN NULL IS NULL OR CAST("s"."primary_key" AS VARCHAR(65535)) = NULL
      THEN 1
      ELSE 0
    END
  ) AS "chosen"
FROM "wsync"."snapshot_people_20261122090000abcd" AS "s"
WHERE
  "s"."operation" <> 'delete' AND NOT "s"."identity" IS NULL
GROUP BY
  "s"."identity"
