CREATE TABLE `wsync`.`source_rows_people_20261122090000abcd` AS
SELECT
  `id` AS `primary_key`,
  XXHASH64(
    CASE
      WHEN `email` IS NULL
      THEN 'n'
      ELSE 'v' || CAST(LENGTH(CAST(`email` AS STRING)) AS STRING) || ':' || CAST(`email` AS STRING)
    END || CASE
      WHEN `phone` IS NULL
      THEN 'n'
      ELSE 'v' || CAST(LENGTH(CAST(`phone` AS STRING)) AS STRING) || ':' || CAST(`phone` AS STRING)
    END || CASE
      WHEN `city` IS NULL
      THEN 'n'
      ELSE 'v' || CAST(LENGTH(CAST(`city` AS STRING)) AS STRING) || ':' || CAST(`city` AS STRING)
    END
  ) AS `fingerprint`,
  `email` AS `column_1`,
  `phone` AS `column_2`,
  `city` AS `column_3`
FROM `main`.`people`
