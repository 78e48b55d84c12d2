CREATE TABLE "wsync"."asked_people_20261122090000abcd" AS
SELECT
  "m"."identity" AS "token"
FROM "wsync"."mirror_people" AS "m"
WHERE
  1 = 0
