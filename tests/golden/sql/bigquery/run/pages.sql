SELECT
  `p`.`page`,
  `p`.`step`,
  `p`.`action`,
  `p`.`seq`,
  `p`.`tokens`,
  `p`.`left_out`
FROM `wsync`.`plan_people_20261122090000abcd` AS `p`
WHERE
  NOT `p`.`page` IS NULL
ORDER BY
  `p`.`seq` NULLS LAST
