UPDATE "wsync"."runs" SET "phase" = 'planned', "planned_insert" = (
  SELECT
    COUNT(*)
  FROM "wsync"."plan_people_20261122090000abcd" AS "p"
  WHERE
    NOT "p"."page" IS NULL AND "p"."operation" = 'insert'
), "planned_update" = (
  SELECT
    COUNT(*)
  FROM "wsync"."plan_people_20261122090000abcd" AS "p"
  WHERE
    NOT "p"."page" IS NULL AND "p"."operation" = 'update'
), "planned_delete" = (
  SELECT
    COUNT(*)
  FROM "wsync"."plan_people_20261122090000abcd" AS "p"
  WHERE
    NOT "p"."page" IS NULL AND "p"."operation" = 'delete'
), "planned_pages" = (
  SELECT
    COALESCE(MAX("p"."page"), 0)
  FROM "wsync"."plan_people_20261122090000abcd" AS "p"
), "waiting_rows" = (
  SELECT
    COUNT(*)
  FROM "wsync"."plan_people_20261122090000abcd" AS "p"
  WHERE
    "p"."action" = 'wait'
), "skipped_rows" = (
  SELECT
    COUNT(*)
  FROM "wsync"."plan_people_20261122090000abcd" AS "p"
  WHERE
    "p"."action" = 'drop'
)
WHERE
  "connection_id" = 'people' AND "sync_run_id" = '20261122090000abcd'
