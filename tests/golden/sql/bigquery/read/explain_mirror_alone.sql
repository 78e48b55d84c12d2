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
ORDER BY
  `m`.`last_planned_at` DESC
