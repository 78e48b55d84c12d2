SELECT
  `p`.`field_notes`,
  COUNT(*) AS `noted`
FROM `wsync`.`prepared_people_20261122090000abcd` AS `p`
WHERE
  `p`.`error_code` IS NULL AND NOT `p`.`field_notes` IS NULL
GROUP BY
  `p`.`field_notes`
ORDER BY
  `noted` DESC,
  `p`.`field_notes` NULLS LAST
LIMIT 20
