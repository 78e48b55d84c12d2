CREATE TABLE "wsync"."changes_people_20261122090000abcd" AS
SELECT
  "c".*
FROM "wsync"."task_changes_people" AS "c"
