CREATE OR REPLACE VIEW "wsync"."baseline_people" AS
SELECT
  "s".*,
  '20261122090000abcd' AS "baseline_run_id"
FROM "wsync"."snapshot_people_20261122090000abcd" AS "s"
WHERE
  "s"."operation" <> 'delete'
