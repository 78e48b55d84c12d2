INSERT INTO `wsync`.`sync_log` (
  `connection_id`,
  `sync_run_id`,
  `primary_key`,
  `operation`,
  `status`,
  `error_reason`,
  `sync_started_at`,
  `sync_finished_at`,
  `reason`,
  `error_code`,
  `field_notes`,
  `attempt`,
  `page`,
  `http_status`,
  `request_id`,
  `logged_at`
)
SELECT
  `l`.`connection_id`,
  `l`.`sync_run_id`,
  `l`.`primary_key`,
  `l`.`operation`,
  CASE WHEN `p`.`status` = 'partial' THEN 'in_doubt' ELSE `p`.`status` END AS `status`,
  `p`.`error_reason`,
  `l`.`sync_started_at`,
  CURRENT_TIMESTAMP(),
  `l`.`reason`,
  `p`.`error_code`,
  `l`.`field_notes`,
  `l`.`attempt`,
  `l`.`page`,
  `l`.`http_status`,
  `l`.`request_id`,
  CURRENT_TIMESTAMP()
FROM `wsync`.`sync_log` AS `l`
JOIN `wsync`.`polled_people_20261122090000abcd` AS `p`
  ON `p`.`reference` = `l`.`request_id`
WHERE
  `l`.`connection_id` = 'people'
  AND `l`.`status` = 'accepted'
  AND NOT EXISTS(
    SELECT
      1
    FROM `wsync`.`sync_log` AS `x`
    WHERE
      `x`.`connection_id` = `l`.`connection_id`
      AND `x`.`sync_run_id` = `l`.`sync_run_id`
      AND `x`.`request_id` = `l`.`request_id`
      AND `x`.`primary_key` = `l`.`primary_key`
      AND `x`.`operation` = `l`.`operation`
      AND `x`.`status` <> 'accepted'
  )
  AND EXISTS(
    SELECT
      1
    FROM `wsync`.`syncs` AS `s`
    WHERE
      `s`.`connection_id` = 'people' AND `s`.`newest_fence` = 7
  )
