SELECT
  COUNT(*)
FROM `wsync`.`counted_people` AS `c`
WHERE
  `c`.`connection_id` = 'people'
