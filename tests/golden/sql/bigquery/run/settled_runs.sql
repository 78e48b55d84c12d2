SELECT
  `r`.`sync_run_id`,
  `r`.`fence`
FROM `wsync`.`runs` AS `r`
WHERE
  `r`.`connection_id` = 'people' AND `r`.`phase` = 'settled'
ORDER BY
  `r`.`fence` DESC
