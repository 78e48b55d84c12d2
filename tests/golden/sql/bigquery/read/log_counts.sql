SELECT
  `l`.`operation`,
  `l`.`status`,
  `l`.`reason`,
  `l`.`error_code`,
  COUNT(*) AS `keys`
FROM `wsync`.`sync_log` AS `l`
WHERE
  `l`.`sync_run_id` = '20261122090000abcd'
GROUP BY
  `l`.`operation`,
  `l`.`status`,
  `l`.`reason`,
  `l`.`error_code`
ORDER BY
  `l`.`operation` NULLS LAST,
  `l`.`status` NULLS LAST,
  `l`.`reason` NULLS LAST,
  `l`.`error_code` NULLS LAST
