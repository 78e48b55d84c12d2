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
  MIN("m"."last_sent_at"),
  "m"."request_reference",
  "m"."state"
