SELECT
  COUNT(*) AS "identities"
FROM "wsync"."verdict_people_20261122090000abcd" AS "v"
JOIN "wsync"."plan_people_20261122090000abcd" AS "p"
  ON "p"."seq" = "v"."seq"
WHERE
  "v"."action" = 'remove'
  AND "v"."status" = 'failed'
  AND "v"."error_code" = 'refused_min_size'
  AND "p"."old_error_code" = "v"."error_code"
