DELETE FROM "wsync"."mirror_people"
WHERE
  "mirror_people"."identity" IN (
    SELECT
      "v"."identity"
    FROM "wsync"."verdict_people_20261122090000abcd" AS "v"
  )
  AND EXISTS(
    SELECT
      1
    FROM "wsync"."syncs" AS "s"
    WHERE
      "s"."connection_id" = 'people' AND "s"."newest_fence" = 7
  )
