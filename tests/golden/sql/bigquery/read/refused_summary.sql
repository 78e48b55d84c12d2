SELECT
  `p`.`error_code`,
  MAX(`p`.`error_reason`) AS `error_reason`,
  COUNT(*) AS `refused`
FROM `wsync`.`prepared_people_20261122090000abcd` AS `p`
WHERE
  NOT `p`.`error_code` IS NULL
GROUP BY
  `p`.`error_code`
ORDER BY
  `refused` DESC,
  `p`.`error_code` NULLS LAST
