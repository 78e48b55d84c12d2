UPDATE `wsync`.`mirror_people` SET `state` = 'in_doubt', `refused` = FALSE
WHERE
  `state` = 'member'
  AND EXISTS(
    SELECT
      1
    FROM `wsync`.`syncs` AS `s`
    WHERE
      `s`.`connection_id` = 'people' AND `s`.`newest_fence` = 7
  )
