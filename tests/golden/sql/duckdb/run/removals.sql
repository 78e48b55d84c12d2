CREATE TABLE "wsync"."operations_people_20261122090000abcd" AS
SELECT
  "l"."identity",
  "l"."primary_key",
  CAST(NULL AS TEXT) AS "prepared_key",
  CASE WHEN "l"."tokens" > 0 AND "l"."tokens_sent" = 0 THEN 'drop' ELSE 'remove' END AS "action",
  'delete' AS "operation",
  CAST(CASE WHEN FALSE THEN 1 ELSE 0 END AS INT) AS "step",
  CASE
    WHEN NOT NULL IS NULL AND FALSE
    THEN 'suppressed'
    WHEN "s"."primary_key" IS NULL OR "s"."operation" = 'delete'
    THEN 'gone'
    WHEN "s"."error_code" = 'suppressed'
    THEN 'suppressed'
    WHEN "s"."identity" IS NULL
    THEN 'cleared'
    ELSE 'rekeyed'
  END AS "reason",
  "l"."left_out",
  "l"."page_group"
FROM "wsync"."leaving_people_20261122090000abcd" AS "l"
LEFT JOIN "wsync"."snapshot_people_20261122090000abcd" AS "s"
  ON CAST("s"."primary_key" AS TEXT) = "l"."primary_key"
