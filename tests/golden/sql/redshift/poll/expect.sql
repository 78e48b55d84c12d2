UPDATE "wsync"."syncs" SET "mirror_rows" = (
  SELECT
    COUNT(*)
  FROM "wsync"."mirror_people" AS "m"
  LEFT JOIN (
    SELECT DISTINCT
      "p"."reference" AS "member"
    FROM "wsync"."polled_people_20261122090000abcd" AS "p"
    WHERE
      "p"."status" = 'succeeded'
  ) AS "among_1"
    ON "among_1"."member" = "m"."request_reference"
  WHERE
    "m"."state" <> 'leaving'
    OR "m"."planned_action" = 'wait'
    OR "among_1"."member" IS NULL
)
WHERE
  "connection_id" = 'people' AND "newest_fence" = 7
