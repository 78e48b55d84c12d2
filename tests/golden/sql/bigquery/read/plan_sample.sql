SELECT
  `p`.`primary_key`,
  `p`.`operation`,
  `p`.`reason`,
  `p`.`tokens`,
  `p`.`left_out`
FROM `wsync`.`plan_people_20261122090000abcd` AS `p`
ORDER BY
  `p`.`seq` NULLS LAST
LIMIT 20
