DELETE FROM `wsync`.`sync_log`
WHERE
  `connection_id` = 'people' AND `logged_at` < CAST('2026-11-15 09:00:00+00:00' AS TIMESTAMP)
