CREATE TABLE `wsync`.`wanted_people_20261122090000abcd`
OPTIONS (
  expiration_timestamp=TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)
) AS
SELECT
  `s`.`identity`,
  MIN(CAST(`s`.`primary_key` AS STRING)) AS `primary_key`,
  MIN(
    CASE
      WHEN `s`.`operation` IN ('insert', 'update')
      THEN CAST(`s`.`primary_key` AS STRING)
    END
  ) AS `prepared_key`,
  MAX(
    CASE
      WHEN NULL IS NULL OR CAST(`s`.`primary_key` AS STRING) = CAST(NULL AS STRING)
      THEN 1
      ELSE 0
    END
  ) AS `chosen`
FROM `wsync`.`snapshot_people_20261122090000abcd` AS `s`
WHERE
  `s`.`operation` <> 'delete' AND NOT `s`.`identity` IS NULL
GROUP BY
  `s`.`identity`
