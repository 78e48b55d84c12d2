CREATE TABLE `wsync`.`changes_people_20261122090000abcd`
OPTIONS (
  expiration_timestamp=TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)
) AS
SELECT
  `c`.*
FROM `wsync`.`task_changes_people` AS `c`
