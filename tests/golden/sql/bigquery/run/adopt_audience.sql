UPDATE `wsync`.`syncs` SET `audience_id` = '42', `audience_name` = 'People', `connector` = 'members', `account` = '1'
WHERE
  `connection_id` = 'people' AND `newest_fence` = 7
