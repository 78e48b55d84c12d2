SELECT
  `s`.`connection_id`
FROM `wsync`.`syncs` AS `s`
WHERE
  `s`.`connector` = 'members'
  AND `s`.`account` = '1'
  AND `s`.`audience_id` = '42'
  AND `s`.`connection_id` <> 'people'
ORDER BY
  `s`.`connection_id` NULLS LAST
