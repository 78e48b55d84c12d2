UPDATE `wsync`.`syncs` SET `newest_fence` = 7
WHERE
  `connection_id` = 'people' AND `newest_fence` < 7
