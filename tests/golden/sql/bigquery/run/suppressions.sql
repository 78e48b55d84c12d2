SELECT DISTINCT
  `s`.`digest`
FROM `wsync`.`suppressed` AS `s`
WHERE
  `s`.`connection_id` = 'people'
