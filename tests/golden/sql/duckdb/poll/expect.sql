UPDATE "wsync"."syncs" SET "mirror_rows" = (
  SELECT
    COUNT(*)
  FROM "wsync"."mirror_people" AS "m"
  WHERE
    "m"."state" <> 'leaving'
    OR "m"."planned_action" = 'wait'
    OR NOT "m"."request_reference" IN (
      SELECT
        "p"."reference"
      FROM "wsync"."polled_people_20261122090000abcd" AS "p"
      WHERE
        "p"."status" = 'succeeded'
    )
)
WHERE
  "connection_id" = 'people' AND "newest_fence" = 7
