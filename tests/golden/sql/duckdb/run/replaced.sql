INSERT INTO "wsync"."operations_people_20261122090000abcd" (
  "identity",
  "primary_key",
  "prepared_key",
  "action",
  "operation",
  "step",
  "reason",
  "left_out",
  "page_group"
)
SELECT
  "o"."identity",
  "o"."primary_key",
  NULL,
  'remove',
  'delete',
  "o"."step" - 1,
  "o"."reason",
  0,
  "m"."page_group"
FROM "wsync"."operations_people_20261122090000abcd" AS "o"
JOIN "wsync"."mirror_people" AS "m"
  ON "m"."identity" = "o"."identity"
WHERE
  "o"."action" = 'add' AND (
    FALSE OR "o"."reason" = 'changed'
  )
