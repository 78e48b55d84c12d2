SELECT
  `p`.`operation`,
  `p`.`reason`,
  `p`.`action`,
  COUNT(*) AS `identities`,
  COUNT(DISTINCT `p`.`page`) AS `pages`
FROM `wsync`.`plan_people_20261122090000abcd` AS `p`
GROUP BY
  `p`.`operation`,
  `p`.`reason`,
  `p`.`action`
ORDER BY
  `p`.`operation` NULLS LAST,
  `p`.`reason` NULLS LAST,
  `p`.`action` NULLS LAST
