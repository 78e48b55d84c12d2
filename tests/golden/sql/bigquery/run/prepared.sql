CREATE TABLE `wsync`.`prepared_people_20261122090000abcd` AS
SELECT
  `c`.`primary_key`,
  CAST(NULL AS STRING) AS `verdict`,
  CAST(NULL AS STRING) AS `error_code`,
  CAST(NULL AS STRING) AS `error_reason`,
  CAST(NULL AS STRING) AS `field_notes`,
  CAST(NULL AS STRING) AS `filled`,
  CAST(NULL AS BYTES) AS `identity`,
  CAST(NULL AS BYTES) AS `payload`,
  CAST(NULL AS BYTES) AS `page_group`,
  CAST(NULL AS STRING) AS `tokens`,
  CAST(NULL AS BYTES) AS `identifier_1`,
  CAST(NULL AS BYTES) AS `identifier_2`,
  CAST(NULL AS BYTES) AS `identifier_3`,
  CAST(NULL AS BYTES) AS `identifier_4`,
  CAST(NULL AS BYTES) AS `identifier_5`,
  CAST(NULL AS BYTES) AS `identifier_6`,
  CAST(NULL AS BYTES) AS `identifier_7`,
  CAST(NULL AS BYTES) AS `identifier_8`
FROM `wsync`.`changes_people_20261122090000abcd` AS `c`
WHERE
  1 = 0
