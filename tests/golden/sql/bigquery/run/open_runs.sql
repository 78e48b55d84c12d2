SELECT
  `r`.`sync_run_id`,
  `r`.`phase`,
  `r`.`fence`,
  `r`.`kind`,
  `r`.`config_hash`,
  `r`.`baseline_run_id`,
  `r`.`status`,
  `r`.`suppressions`
FROM `wsync`.`runs` AS `r`
WHERE
  `r`.`connection_id` = 'people'
  AND `r`.`phase` IN ('claimed', 'planned', 'blocked', 'sending')
ORDER BY
  `r`.`fence` NULLS LAST
