SELECT
  `l`.`connection_id`,
  `l`.`sync_run_id`,
  `l`.`primary_key`,
  `l`.`operation`,
  `l`.`status`,
  `l`.`reason`,
  `l`.`error_code`,
  `l`.`error_reason`,
  `l`.`field_notes`,
  `l`.`attempt`,
  `l`.`page`,
  `l`.`http_status`,
  `l`.`request_id`,
  `l`.`logged_at`
FROM `wsync`.`sync_log` AS `l`
WHERE
  (
    'people' IS NULL OR `l`.`connection_id` = CAST('people' AS STRING)
  )
  AND (
    '20261122090000abcd' IS NULL OR `l`.`sync_run_id` = CAST('20261122090000abcd' AS STRING)
  )
  AND (
    'succeeded' IS NULL OR `l`.`status` = CAST('succeeded' AS STRING)
  )
  AND (
    NULL IS NULL OR `l`.`primary_key` = CAST(NULL AS STRING)
  )
ORDER BY
  `l`.`logged_at` DESC,
  `l`.`sync_run_id` DESC,
  `l`.`primary_key` NULLS LAST,
  `l`.`operation` NULLS LAST
LIMIT 20
