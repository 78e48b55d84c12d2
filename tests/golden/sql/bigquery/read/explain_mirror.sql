SELECT
  `m`.`state`,
  `m`.`planned_action`,
  `m`.`attempts`,
  `m`.`last_error_code`,
  `m`.`tokens`,
  `m`.`first_planned_at`,
  `m`.`last_planned_at`,
  `m`.`last_sent_at`,
  `m`.`planned_run_id`,
  `m`.`primary_key`
FROM `wsync`.`mirror_people` AS `m`
WHERE
  `m`.`primary_key` = CAST(NULL AS STRING)
  OR `m`.`identity` IN (
    SELECT
      `b`.`identity`
    FROM (SELECT `primary_key`, `fingerprint`, `identity`, `payload`, `operation`, `error_code`, `filled`, `email`, `phone`, CAST(NULL AS STRING) AS `city` FROM `wsync`.`snapshot_people_20261121090000abcd` WHERE `operation` <> 'delete') AS `b`
    WHERE
      CAST(`b`.`primary_key` AS STRING) = CAST(NULL AS STRING)
  )
ORDER BY
  `m`.`last_planned_at` DESC
