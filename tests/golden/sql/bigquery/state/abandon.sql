DELETE FROM `wsync`.`abandoned_people`
WHERE
  `connection_id` = 'people'
