CREATE TABLE `wsync`.`claim_people_00000007` AS
SELECT
  CAST('20261122090000abcd' AS STRING) AS `sync_run_id`,
  CURRENT_TIMESTAMP() AS `heartbeat_at`,
  CAST(120 AS INT64) AS `lease_seconds`,
  CAST(0 AS INT64) AS `released`
FROM (
  SELECT
    1 AS `one`
) AS `d`
