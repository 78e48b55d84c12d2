DELETE FROM `wsync`.`mirror_people`
WHERE
  EXISTS(
    SELECT
      1
    FROM `wsync`.`verdict_people_20261122090000abcd` AS `v`
    WHERE
      `v`.`identity` = `mirror_people`.`identity`
  )
  AND EXISTS(
    SELECT
      1
    FROM `wsync`.`syncs` AS `s`
    WHERE
      `s`.`connection_id` = 'people' AND `s`.`newest_fence` = 7
  )
