CREATE TABLE `wsync`.`copied_people` AS
SELECT
  `o`.*
FROM `wsync`.`mirror_people_before` AS `o`
