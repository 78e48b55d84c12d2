INSERT INTO `wsync`.`runs` (
  `connection_id`,
  `sync_run_id`,
  `fence`,
  `phase`,
  `status`,
  `kind`,
  `mode`,
  `run_trigger`,
  `started_at`,
  `baseline_run_id`,
  `config_hash`,
  `key_columns`,
  `key_types`,
  `fields`,
  `engine`,
  `wsync_version`,
  `suppressions`,
  `dbt_invocation_id`
)
SELECT
  'people',
  '20261122090000abcd',
  7,
  'claimed',
  'running',
  'run',
  'mirror',
  'cli',
  CURRENT_TIMESTAMP(),
  CAST('20261121090000abcd' AS STRING),
  '0123456789abcdef',
  '["id"]',
  '["integer"]',
  '["EMAIL", "PHONE", "CITY"]',
  'engine 1',
  '0.1.0',
  0,
  CAST(NULL AS STRING)
FROM (
  SELECT
    1 AS `one`
) AS `d`
WHERE
  NOT EXISTS(
    SELECT
      1
    FROM `wsync`.`runs` AS `r`
    WHERE
      `r`.`connection_id` = 'people' AND `r`.`sync_run_id` = '20261122090000abcd'
  )
