SELECT
  COUNT(*)
FROM `wsync`.`sized_people` AS `s`
