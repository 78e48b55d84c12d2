SELECT
  COUNT(DISTINCT `m`.`identity`) AS `identities`
FROM `wsync`.`mirror_people` AS `m`
LEFT JOIN `wsync`.`plan_people_20261122090000abcd` AS `p`
  ON `p`.`identity` = `m`.`identity`
WHERE
  `m`.`state` IN ('accepted', 'leaving') OR `p`.`identity` IS NULL
