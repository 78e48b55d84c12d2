CREATE OR REPLACE VIEW "wsync"."baseline_people" AS
SELECT
  "s".*,
  CAST('20261122090000abcd' AS VARCHAR(32)) AS "baseline_run_id"
FROM "wsync"."snapshot_people_20261122090000abcd" AS "s"
WHERE
  "s"."operation" <> 'delete'
