CREATE TABLE `wsync`.`snapshot_people_20261122090000abcd` AS
WITH `known` AS (
  SELECT
    `m`.`primary_key`,
    `m`.`identity`,
    ROW_NUMBER() OVER (
      PARTITION BY `m`.`primary_key`
      ORDER BY `m`.`last_planned_at` DESC, `m`.`identity` NULLS LAST
    ) AS `newest`
  FROM `wsync`.`mirror_people` AS `m`
  WHERE
    FALSE AND `m`.`planned_action` <> 'remove'
)
SELECT
  `b`.`primary_key`,
  `b`.`fingerprint`,
  `b`.`identity`,
  `b`.`payload`,
  'unchanged' AS `operation`,
  `b`.`error_code`,
  `b`.`filled`,
  `b`.`email`,
  `b`.`phone`,
  `b`.`city`
FROM (SELECT `primary_key`, `fingerprint`, `identity`, `payload`, `operation`, `error_code`, `filled`, `email`, `phone`, CAST(NULL AS STRING) AS `city` FROM `wsync`.`snapshot_people_20261121090000abcd` WHERE `operation` <> 'delete') AS `b`
WHERE
  NOT EXISTS(
    SELECT
      1
    FROM `wsync`.`changes_people_20261122090000abcd` AS `c`
    WHERE
      `c`.`primary_key` = `b`.`primary_key` AND `c`.`operation` <> 'unchanged'
  )
UNION ALL
SELECT
  `c`.`primary_key`,
  CASE
    WHEN `c`.`operation` = 'delete'
    OR `p`.`verdict` = 'ready'
    OR `p`.`error_code` IN ('suppressed', 'consent_denied')
    THEN `c`.`fingerprint`
  END AS `fingerprint`,
  CASE
    WHEN `c`.`operation` = 'delete'
    THEN `c`.`last_identity`
    WHEN `p`.`verdict` = 'ready'
    THEN `p`.`identity`
    WHEN `p`.`verdict` = 'hold'
    THEN COALESCE(`c`.`last_identity`, `k`.`identity`)
  END AS `identity`,
  CASE WHEN `p`.`verdict` = 'ready' THEN `p`.`payload` END AS `payload`,
  CASE WHEN `p`.`verdict` = 'hold' THEN 'held' ELSE `c`.`operation` END AS `operation`,
  CASE
    WHEN `c`.`operation` = 'delete'
    THEN `c`.`last_error_code`
    ELSE `p`.`error_code`
  END AS `error_code`,
  `p`.`filled`,
  `c`.`column_1` AS `email`,
  `c`.`column_2` AS `phone`,
  `c`.`column_3` AS `city`
FROM `wsync`.`changes_people_20261122090000abcd` AS `c`
LEFT JOIN `wsync`.`prepared_people_20261122090000abcd` AS `p`
  ON `p`.`primary_key` = `c`.`primary_key`
LEFT JOIN `known` AS `k`
  ON `k`.`primary_key` = CAST(`c`.`primary_key` AS STRING) AND `k`.`newest` = 1
WHERE
  NOT `c`.`primary_key` IS NULL AND `c`.`operation` <> 'unchanged'
