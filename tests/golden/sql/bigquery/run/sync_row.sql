SELECT
  `s`.`connector`,
  `s`.`account`,
  `s`.`audience_id`,
  `s`.`audience_name`,
  `s`.`key_columns`,
  `s`.`key_types`,
  `s`.`config_hash`,
  `s`.`baseline_run_id`,
  `s`.`newest_fence`,
  `s`.`mirror_rows`,
  `s`.`state_version`,
  `s`.`suppression_salt`
FROM `wsync`.`syncs` AS `s`
WHERE
  `s`.`connection_id` = 'people'
