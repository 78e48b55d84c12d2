CREATE TABLE IF NOT EXISTS `wsync`.`task_marker_people` (
  `started_at` TIMESTAMP NOT NULL,
  `prepared_at` TIMESTAMP,
  `baseline_run_id` STRING,
  `config_hash` STRING NOT NULL,
  `statement_version` STRING NOT NULL,
  `engine` STRING NOT NULL,
  `suppressions` INT64,
  `source_columns` STRING NOT NULL,
  `source_rows` INT64,
  `changed_rows` INT64,
  `changed_keys` INT64,
  `verdict` STRING NOT NULL
)
