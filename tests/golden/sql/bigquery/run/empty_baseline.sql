CREATE TABLE `wsync`.`empty_people_20261122090000abcd` AS
SELECT
  `id` AS `primary_key`,
  FARM_FINGERPRINT(
    CONCAT(
      CASE
        WHEN `email` IS NULL
        THEN 'n'
        ELSE CONCAT('v', CAST(LENGTH(CAST(`email` AS STRING)) AS STRING), ':', CAST(`email` AS STRING))
      END,
      CASE
        WHEN `phone` IS NULL
        THEN 'n'
        ELSE CONCAT('v', CAST(LENGTH(CAST(`phone` AS STRING)) AS STRING), ':', CAST(`phone` AS STRING))
      END,
      CASE
        WHEN `city` IS NULL
        THEN 'n'
        ELSE CONCAT('v', CAST(LENGTH(CAST(`city` AS STRING)) AS STRING), ':', CAST(`city` AS STRING))
      END
    )
  ) AS `fingerprint`,
  CAST(NULL AS BYTES) AS `identity`,
  CAST(NULL AS BYTES) AS `payload`,
  CAST(NULL AS STRING) AS `operation`,
  CAST(NULL AS STRING) AS `error_code`,
  CAST(NULL AS STRING) AS `filled`,
  `email` AS `email`,
  `phone` AS `phone`,
  `city` AS `city`
FROM `main`.`people`
WHERE
  1 = 0
