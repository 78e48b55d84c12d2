SELECT
  `r`.`connection_id`,
  `r`.`phase`,
  `r`.`status`
FROM `wsync`.`runs` AS `r`
WHERE
  `r`.`sync_run_id` = '20261122090000abcd'
