CREATE TABLE IF NOT EXISTS `wsync`.`sync_log` (
  `connection_id` STRING NOT NULL,
  `sync_run_id` STRING NOT NULL,
  `primary_key` STRING,
  `operation` STRING,
  `status` STRING NOT NULL,
  `error_reason` STRING,
  `sync_started_at` TIMESTAMP,
  `sync_finished_at` TIMESTAMP,
  `reason` STRING,
  `error_code` STRING,
  `field_notes` STRING,
  `attempt` INT64,
  `page` INT64,
  `http_status` INT64,
  `request_id` STRING,
  `logged_at` TIMESTAMP NOT NULL
)
