UPDATE `wsync`.`syncs` SET `baseline_run_id` = '20261122090000abcd', `config_hash` = '0123456789abcdef', `key_columns` = '["id"]', `key_types` = '["integer"]', `mirror_rows` = (
  SELECT
    COUNT(*)
  FROM `wsync`.`mirror_people` AS `m`
)
WHERE
  `connection_id` = 'people' AND `newest_fence` = 7
