SELECT
  `c`.`sync_run_id`,
  `c`.`heartbeat_at`,
  `c`.`lease_seconds`,
  `c`.`released`,
  CURRENT_TIMESTAMP() AS `now`
FROM `wsync`.`claim_people_00000007` AS `c`
