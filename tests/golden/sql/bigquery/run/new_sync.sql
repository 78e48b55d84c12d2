INSERT INTO `wsync`.`syncs` (
  `connection_id`,
  `connector`,
  `account`,
  `newest_fence`,
  `mirror_rows`,
  `state_version`,
  `suppression_salt`,
  `created_at`
)
SELECT
  'people',
  'members',
  '1',
  0,
  0,
  1,
  'people',
  CURRENT_TIMESTAMP()
FROM (
  SELECT
    1 AS `one`
) AS `d`
WHERE
  NOT EXISTS(
    SELECT
      1
    FROM `wsync`.`syncs` AS `s`
    WHERE
      `s`.`connection_id` = 'people'
  )
