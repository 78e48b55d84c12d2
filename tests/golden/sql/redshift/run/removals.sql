CREATE TABLE "wsync"."operations_people_20261122090000abcd"
DISTSTYLE KEY
DISTKEY("identity") AS
SELECT
  "l"."identity",
  "l"."primary_key",
  CAST(NULL AS VARCHAR(65535)) AS "prepared_key",
  CAST(CASE WHEN "l"."tokens" > 0 AND "l"."tokens_sent" = 0 THEN 'drop' ELSE 'remove' END AS VARCHAR(32)) AS "action",
  CAST('delete' AS VARCHAR(32)) AS "operation",
  CAST(CASE WHEN FALSE THEN 1 ELSE 0 END AS INTEGER) AS "step",
  CAST(CASE
    WHEN NOT NULL IS NULL AND FALSE
    THEN 'suppressed'
    WHEN "s"."primary_key" IS NULL OR "s"."operation" = 'delete'
    THEN 'gone'
    WHEN "s"."error_code" = 'suppressed'
    THEN 'suppressed'
    WHEN "s"."identity" IS NULL
    THEN 'cleared'
    ELSE 'rekeyed'
  END AS VARCHAR(32)) AS "reason",
  "l"."left_out",
  "l"."page_group"
FROM "wsync"."leaving_people_20261122090000abcd" AS "l"
LEFT JOIN "wsync"."snapshot_people_20261122090000abcd" AS "s"
  ON CAST("s"."primary_key" AS VARCHAR(65535)) = "l"."primary_key"
