CREATE TABLE IF NOT EXISTS `wsync`.`syncs` (
  `connection_id` STRING NOT NULL,
  `connector` STRING NOT NULL,
  `account` STRING NOT NULL,
  `audience_id` STRING,
  `audience_name` STRING,
  `key_columns` STRING,
  `key_types` STRING,
  `config_hash` STRING,
  `baseline_run_id` STRING,
  `newest_fence` INT64 NOT NULL,
  `mirror_rows` INT64,
  `state_version` INT64 NOT NULL,
  `suppression_salt` STRING NOT NULL,
  `created_at` TIMESTAMP NOT NULL
)
