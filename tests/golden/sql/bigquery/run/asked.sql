CREATE TABLE `wsync`.`asked_people_20261122090000abcd`
OPTIONS (
  expiration_timestamp=TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)
) AS
SELECT
  `m`.`identity` AS `token`
FROM `wsync`.`mirror_people` AS `m`
WHERE
  1 = 0
