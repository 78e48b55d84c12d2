SELECT
  `r`.`connection_id`,
  `r`.`sync_run_id`,
  `r`.`fence`,
  `r`.`phase`,
  `r`.`status`,
  `r`.`kind`,
  `r`.`baseline_run_id`,
  `r`.`config_hash`,
  `r`.`key_columns`,
  `r`.`key_types`,
  `r`.`fields`,
  `r`.`engine`,
  `r`.`suppressions`,
  `r`.`mode`
FROM `wsync`.`runs` AS `r`
WHERE
  `r`.`sync_run_id` = '20261122090000abcd'
ORDER BY
  CASE WHEN `r`.`connection_id` = 'people' THEN 0 ELSE 1 END NULLS LAST
