SELECT
  COUNT(*)
FROM `wsync`.`snapshot_people_20261122090000abcd` AS `s`
WHERE
  `s`.`operation` = 'held'
