SELECT
  COUNT(*)
FROM "wsync"."mirror_people" AS "m"
