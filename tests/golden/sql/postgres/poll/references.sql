SELECT
  "m"."request_reference",
  "m"."state",
  COUNT(*) AS "identities"
FROM "wsync"."mirror_people" AS "m"
WHERE
  "m"."state" IN ('accepted', 'leaving')
GROUP BY
  "m"."request_reference",
  "m"."state"
ORDER BY
  "m"."request_reference",
  "m"."state"
