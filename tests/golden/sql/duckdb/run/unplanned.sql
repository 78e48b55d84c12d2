SELECT
  COUNT(*) AS "identities"
FROM "wsync"."mirror_people" AS "m"
WHERE
  "m"."state" IN ('accepted', 'leaving')
  OR NOT EXISTS(
    SELECT
      1
    FROM "wsync"."plan_people_20261122090000abcd" AS "p"
    WHERE
      "p"."identity" = "m"."identity"
  )
