UPDATE `wsync`.`runs` SET `phase` = 'sending', `status` = 'succeeded', `error_code` = NULL, `fence` = 7, `guard_verdict` = COALESCE(NULL, `guard_verdict`), `finished_at` = CASE WHEN TRUE THEN CURRENT_TIMESTAMP() ELSE `finished_at` END
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
