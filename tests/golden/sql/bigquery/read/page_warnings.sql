SELECT
  `o`.`page`,
  MAX(`o`.`received`) AS `received`,
  MAX(`o`.`invalid`) AS `invalid`
FROM `wsync`.`outcome_people_20261122090000abcd` AS `o`
WHERE
  `o`.`invalid` > 0
GROUP BY
  `o`.`page`
ORDER BY
  `o`.`page` NULLS LAST
