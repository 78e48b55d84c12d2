SELECT
  `b`.`operation`,
  `b`.`error_code`,
  `b`.`filled`,
  CASE WHEN `b`.`identity` IS NULL THEN 0 ELSE 1 END AS `has_identity`
FROM (SELECT `primary_key`, `fingerprint`, `identity`, `payload`, `operation`, `error_code`, `filled`, `email`, `phone`, CAST(NULL AS STRING) AS `city` FROM `wsync`.`snapshot_people_20261121090000abcd` WHERE `operation` <> 'delete') AS `b`
WHERE
  CAST(`b`.`primary_key` AS STRING) = CAST(NULL AS STRING)
