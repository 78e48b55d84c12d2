UPDATE `wsync`.`renamed_people` SET `connection_id` = 'people'
WHERE
  `connection_id` = 'people_before'
