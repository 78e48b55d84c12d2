DELETE FROM "wsync"."mirror_people"
WHERE
  "state" = 'leaving'
  AND "planned_action" <> 'wait'
  AND "request_reference" IN (
    SELECT
      "p"."reference"
    FROM "wsync"."polled_people_20261122090000abcd" AS "p"
    WHERE
      "p"."status" = 'succeeded'
  )
  AND EXISTS(
    SELECT
      1
    FROM "wsync"."syncs" AS "s"
    WHERE
      "s"."connection_id" = 'people' AND "s"."newest_fence" = 7
  )
