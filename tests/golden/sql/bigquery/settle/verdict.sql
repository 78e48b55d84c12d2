CREATE TABLE `wsync`.`verdict_people_20261122090000abcd`
OPTIONS (
  expiration_timestamp=TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)
) AS
WITH `own` AS (
  SELECT
    `o`.`seq`,
    CASE
      WHEN MIN(`o`.`status`) = MAX(`o`.`status`)
      THEN MIN(`o`.`status`)
      ELSE 'in_doubt'
    END AS `status`,
    MAX(`o`.`error_code`) AS `error_code`,
    MAX(`o`.`error_reason`) AS `error_reason`,
    MAX(`o`.`http_status`) AS `http_status`,
    MAX(`o`.`request_id`) AS `request_id`,
    MAX(`o`.`reference`) AS `reference`
  FROM `wsync`.`outcome_people_20261122090000abcd` AS `o`
  WHERE
    NOT `o`.`seq` IS NULL
  GROUP BY
    `o`.`seq`
), `paged` AS (
  SELECT
    `o`.`page`,
    CASE
      WHEN MIN(`o`.`status`) = MAX(`o`.`status`)
      THEN MIN(`o`.`status`)
      ELSE 'in_doubt'
    END AS `status`,
    MAX(`o`.`error_code`) AS `error_code`,
    MAX(`o`.`error_reason`) AS `error_reason`,
    MAX(`o`.`http_status`) AS `http_status`,
    MAX(`o`.`request_id`) AS `request_id`,
    MAX(`o`.`reference`) AS `reference`
  FROM `wsync`.`outcome_people_20261122090000abcd` AS `o`
  WHERE
    `o`.`seq` IS NULL
  GROUP BY
    `o`.`page`
), `judged` AS (
  SELECT
    `p`.`seq`,
    `p`.`page`,
    `p`.`identity`,
    `p`.`primary_key`,
    `p`.`action`,
    `p`.`operation`,
    `p`.`reason`,
    `p`.`field_notes`,
    `p`.`old_state`,
    `p`.`attempts`,
    CASE
      WHEN `p`.`page` IS NULL
      THEN 'skipped'
      ELSE COALESCE(`own`.`status`, `paged`.`status`, 'aborted')
    END AS `status`,
    CASE
      WHEN `p`.`action` = 'drop'
      THEN 'shared_identifier'
      WHEN NOT `own`.`seq` IS NULL
      THEN `own`.`error_code`
      ELSE `paged`.`error_code`
    END AS `error_code`,
    CASE
      WHEN `p`.`action` = 'drop'
      THEN 'Every identifier of this row is still wanted by another row; nothing was sent.'
      WHEN NOT `own`.`seq` IS NULL
      THEN `own`.`error_reason`
      ELSE `paged`.`error_reason`
    END AS `error_reason`,
    CASE
      WHEN NOT `own`.`seq` IS NULL
      THEN `own`.`http_status`
      ELSE `paged`.`http_status`
    END AS `http_status`,
    CASE
      WHEN NOT `own`.`seq` IS NULL
      THEN `own`.`request_id`
      ELSE `paged`.`request_id`
    END AS `request_id`,
    CASE
      WHEN NOT `own`.`seq` IS NULL
      THEN `own`.`reference`
      ELSE `paged`.`reference`
    END AS `reference`
  FROM `wsync`.`plan_people_20261122090000abcd` AS `p`
  LEFT JOIN `own`
    ON `own`.`seq` = `p`.`seq`
  LEFT JOIN `paged`
    ON `paged`.`page` = `p`.`page`
)
SELECT
  `j`.*,
  CASE
    WHEN `j`.`action` = 'drop'
    THEN 'gone'
    WHEN `j`.`action` = 'assume'
    THEN 'assumed'
    WHEN `j`.`action` = 'wait'
    AND (
      `j`.`old_state` IS NULL OR `j`.`old_state` = 'rejected'
    )
    THEN 'waiting'
    WHEN `j`.`action` = 'wait' AND `j`.`reason` = 'repaired'
    THEN 'in_doubt'
    WHEN `j`.`action` = 'wait'
    THEN `j`.`old_state`
    WHEN `j`.`action` = 'remove'
    AND NOT `j`.`reason` IN ('gone', 'cleared', 'rekeyed', 'suppressed')
    THEN 'gone'
    WHEN `j`.`action` = 'remove' AND `j`.`status` = 'succeeded'
    THEN 'gone'
    WHEN `j`.`action` = 'remove' AND `j`.`status` = 'accepted'
    THEN 'leaving'
    WHEN `j`.`action` = 'remove'
    THEN 'in_doubt'
    WHEN `j`.`status` = 'succeeded'
    THEN 'member'
    WHEN `j`.`status` = 'accepted'
    THEN 'accepted'
    WHEN `j`.`status` = 'failed'
    AND (
      `j`.`old_state` IS NULL OR `j`.`old_state` IN ('waiting', 'rejected')
    )
    THEN 'rejected'
    ELSE 'in_doubt'
  END AS `state`
FROM `judged` AS `j`
