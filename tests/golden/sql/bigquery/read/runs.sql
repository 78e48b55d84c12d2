SELECT
  `r`.*
FROM `wsync`.`runs` AS `r`
WHERE
  `r`.`connection_id` = 'people'
  AND (
    '20261122090000abcd' IS NULL OR `r`.`sync_run_id` = CAST('20261122090000abcd' AS STRING)
  )
ORDER BY
  `r`.`started_at` DESC,
  `r`.`fence` DESC
LIMIT 20
