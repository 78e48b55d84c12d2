UPDATE `wsync`.`claim_people_00000007` SET `heartbeat_at` = CURRENT_TIMESTAMP(), `released` = 0
WHERE
  `sync_run_id` = '20261122090000abcd'
