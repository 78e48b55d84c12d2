SELECT
  `m`.`state`,
  COUNT(*) AS `identities`,
  MIN(CASE WHEN `m`.`planned_action` = 'remove' THEN `m`.`first_planned_at` END) AS `oldest_removal`
FROM `wsync`.`mirror_people` AS `m`
GROUP BY
  `m`.`state`
ORDER BY
  `m`.`state` NULLS LAST
