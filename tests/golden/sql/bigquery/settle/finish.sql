UPDATE `wsync`.`runs` SET `phase` = 'settled', `status` = 'succeeded', `error_code` = NULL, `finished_at` = CURRENT_TIMESTAMP(), `succeeded_insert` = (
  SELECT
    COUNT(*)
  FROM `wsync`.`verdict_people_20261122090000abcd` AS `v`
  WHERE
    `v`.`status` = 'succeeded' AND `v`.`operation` = 'insert'
), `succeeded_update` = (
  SELECT
    COUNT(*)
  FROM `wsync`.`verdict_people_20261122090000abcd` AS `v`
  WHERE
    `v`.`status` = 'succeeded' AND `v`.`operation` = 'update'
), `succeeded_delete` = (
  SELECT
    COUNT(*)
  FROM `wsync`.`verdict_people_20261122090000abcd` AS `v`
  WHERE
    `v`.`status` = 'succeeded' AND `v`.`operation` = 'delete'
), `failed_insert` = (
  SELECT
    COUNT(*)
  FROM `wsync`.`verdict_people_20261122090000abcd` AS `v`
  WHERE
    `v`.`status` = 'failed' AND `v`.`operation` = 'insert'
), `failed_update` = (
  SELECT
    COUNT(*)
  FROM `wsync`.`verdict_people_20261122090000abcd` AS `v`
  WHERE
    `v`.`status` = 'failed' AND `v`.`operation` = 'update'
), `failed_delete` = (
  SELECT
    COUNT(*)
  FROM `wsync`.`verdict_people_20261122090000abcd` AS `v`
  WHERE
    `v`.`status` = 'failed' AND `v`.`operation` = 'delete'
), `attempted_rows` = (
  SELECT
    COUNT(*)
  FROM `wsync`.`verdict_people_20261122090000abcd` AS `v`
  WHERE
    `v`.`status` IN ('succeeded', 'failed', 'in_doubt', 'accepted')
), `aborted_rows` = (
  SELECT
    COUNT(*)
  FROM `wsync`.`verdict_people_20261122090000abcd` AS `v`
  WHERE
    `v`.`status` = 'aborted'
), `in_doubt_rows` = (
  SELECT
    COUNT(*)
  FROM `wsync`.`verdict_people_20261122090000abcd` AS `v`
  WHERE
    `v`.`status` = 'in_doubt'
), `accepted_rows` = (
  SELECT
    COUNT(*)
  FROM `wsync`.`verdict_people_20261122090000abcd` AS `v`
  WHERE
    `v`.`status` = 'accepted'
)
WHERE
  `connection_id` = 'people'
  AND `sync_run_id` = '20261122090000abcd'
  AND EXISTS(
    SELECT
      1
    FROM `wsync`.`syncs` AS `s`
    WHERE
      `s`.`connection_id` = 'people' AND `s`.`newest_fence` = 7
  )
