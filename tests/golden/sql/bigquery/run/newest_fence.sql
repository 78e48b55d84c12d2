SELECT
  COALESCE(MAX(`r`.`fence`), 0)
FROM `wsync`.`runs` AS `r`
WHERE
  `r`.`connection_id` = 'people'
