CREATE TABLE `wsync`.`leaving_people_20261122090000abcd`
OPTIONS (
  expiration_timestamp=TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)
) AS
WITH `unanswered` AS (
  SELECT
    `m`.`identity`,
    `m`.`identifier_1`,
    `m`.`identifier_2`,
    `m`.`identifier_3`,
    `m`.`identifier_4`,
    `m`.`identifier_5`,
    `m`.`identifier_6`,
    `m`.`identifier_7`,
    `m`.`identifier_8`
  FROM `wsync`.`mirror_people` AS `m`
  WHERE
    `m`.`state` IN ('accepted', 'leaving')
), `shielded` AS (
  SELECT DISTINCT
    `t`.`identity`
  FROM (
    SELECT
      `identity`,
      1 AS `bit`,
      `identifier_1` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_1` IS NULL
    UNION ALL
    SELECT
      `identity`,
      2 AS `bit`,
      `identifier_2` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_2` IS NULL
    UNION ALL
    SELECT
      `identity`,
      4 AS `bit`,
      `identifier_3` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_3` IS NULL
    UNION ALL
    SELECT
      `identity`,
      8 AS `bit`,
      `identifier_4` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_4` IS NULL
    UNION ALL
    SELECT
      `identity`,
      16 AS `bit`,
      `identifier_5` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_5` IS NULL
    UNION ALL
    SELECT
      `identity`,
      32 AS `bit`,
      `identifier_6` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_6` IS NULL
    UNION ALL
    SELECT
      `identity`,
      64 AS `bit`,
      `identifier_7` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_7` IS NULL
    UNION ALL
    SELECT
      `identity`,
      128 AS `bit`,
      `identifier_8` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_8` IS NULL
  ) AS `t`
  WHERE
    FALSE
    AND `t`.`token` IN (
      SELECT
        `u`.`token`
      FROM (
        SELECT
          `identity`,
          1 AS `bit`,
          `identifier_1` AS `token`
        FROM `unanswered`
        WHERE
          NOT `identifier_1` IS NULL
        UNION ALL
        SELECT
          `identity`,
          2 AS `bit`,
          `identifier_2` AS `token`
        FROM `unanswered`
        WHERE
          NOT `identifier_2` IS NULL
        UNION ALL
        SELECT
          `identity`,
          4 AS `bit`,
          `identifier_3` AS `token`
        FROM `unanswered`
        WHERE
          NOT `identifier_3` IS NULL
        UNION ALL
        SELECT
          `identity`,
          8 AS `bit`,
          `identifier_4` AS `token`
        FROM `unanswered`
        WHERE
          NOT `identifier_4` IS NULL
        UNION ALL
        SELECT
          `identity`,
          16 AS `bit`,
          `identifier_5` AS `token`
        FROM `unanswered`
        WHERE
          NOT `identifier_5` IS NULL
        UNION ALL
        SELECT
          `identity`,
          32 AS `bit`,
          `identifier_6` AS `token`
        FROM `unanswered`
        WHERE
          NOT `identifier_6` IS NULL
        UNION ALL
        SELECT
          `identity`,
          64 AS `bit`,
          `identifier_7` AS `token`
        FROM `unanswered`
        WHERE
          NOT `identifier_7` IS NULL
        UNION ALL
        SELECT
          `identity`,
          128 AS `bit`,
          `identifier_8` AS `token`
        FROM `unanswered`
        WHERE
          NOT `identifier_8` IS NULL
      ) AS `u`
    )
), `unwanted` AS (
  SELECT
    `m`.`identity`,
    `m`.`primary_key`,
    `m`.`page_group`,
    `m`.`identifier_1`,
    `m`.`identifier_2`,
    `m`.`identifier_3`,
    `m`.`identifier_4`,
    `m`.`identifier_5`,
    `m`.`identifier_6`,
    `m`.`identifier_7`,
    `m`.`identifier_8`
  FROM `wsync`.`mirror_people` AS `m`
  WHERE
    TRUE
    AND NOT `m`.`state` IN ('accepted', 'leaving')
    AND NOT EXISTS(
      SELECT
        1
      FROM `shielded` AS `s`
      WHERE
        `s`.`identity` = `m`.`identity`
    )
    AND NOT EXISTS(
      SELECT
        1
      FROM `wsync`.`wanted_people_20261122090000abcd` AS `w`
      WHERE
        `w`.`identity` = `m`.`identity`
    )
    AND (
      NULL IS NULL
      OR `m`.`primary_key` = CAST(NULL AS STRING)
      OR `m`.`identity` IN (
        SELECT
          `b`.`identity`
        FROM (SELECT `primary_key`, `fingerprint`, `identity`, `payload`, `operation`, `error_code`, `filled`, `email`, `phone`, CAST(NULL AS STRING) AS `city` FROM `wsync`.`snapshot_people_20261121090000abcd` WHERE `operation` <> 'delete') AS `b`
        WHERE
          CAST(`b`.`primary_key` AS STRING) = CAST(NULL AS STRING)
      )
    )
), `unwanted_tokens` AS (
  SELECT
    `t`.`identity`,
    `t`.`bit`,
    `t`.`token`
  FROM (
    SELECT
      `identity`,
      1 AS `bit`,
      `identifier_1` AS `token`
    FROM `unwanted`
    WHERE
      NOT `identifier_1` IS NULL
    UNION ALL
    SELECT
      `identity`,
      2 AS `bit`,
      `identifier_2` AS `token`
    FROM `unwanted`
    WHERE
      NOT `identifier_2` IS NULL
    UNION ALL
    SELECT
      `identity`,
      4 AS `bit`,
      `identifier_3` AS `token`
    FROM `unwanted`
    WHERE
      NOT `identifier_3` IS NULL
    UNION ALL
    SELECT
      `identity`,
      8 AS `bit`,
      `identifier_4` AS `token`
    FROM `unwanted`
    WHERE
      NOT `identifier_4` IS NULL
    UNION ALL
    SELECT
      `identity`,
      16 AS `bit`,
      `identifier_5` AS `token`
    FROM `unwanted`
    WHERE
      NOT `identifier_5` IS NULL
    UNION ALL
    SELECT
      `identity`,
      32 AS `bit`,
      `identifier_6` AS `token`
    FROM `unwanted`
    WHERE
      NOT `identifier_6` IS NULL
    UNION ALL
    SELECT
      `identity`,
      64 AS `bit`,
      `identifier_7` AS `token`
    FROM `unwanted`
    WHERE
      NOT `identifier_7` IS NULL
    UNION ALL
    SELECT
      `identity`,
      128 AS `bit`,
      `identifier_8` AS `token`
    FROM `unwanted`
    WHERE
      NOT `identifier_8` IS NULL
  ) AS `t`
), `wanted_tokens` AS (
  SELECT
    `t`.`token`
  FROM (
    SELECT
      `identity`,
      1 AS `bit`,
      `identifier_1` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_1` IS NULL
    UNION ALL
    SELECT
      `identity`,
      2 AS `bit`,
      `identifier_2` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_2` IS NULL
    UNION ALL
    SELECT
      `identity`,
      4 AS `bit`,
      `identifier_3` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_3` IS NULL
    UNION ALL
    SELECT
      `identity`,
      8 AS `bit`,
      `identifier_4` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_4` IS NULL
    UNION ALL
    SELECT
      `identity`,
      16 AS `bit`,
      `identifier_5` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_5` IS NULL
    UNION ALL
    SELECT
      `identity`,
      32 AS `bit`,
      `identifier_6` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_6` IS NULL
    UNION ALL
    SELECT
      `identity`,
      64 AS `bit`,
      `identifier_7` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_7` IS NULL
    UNION ALL
    SELECT
      `identity`,
      128 AS `bit`,
      `identifier_8` AS `token`
    FROM `wsync`.`mirror_people`
    WHERE
      NOT `identifier_8` IS NULL
  ) AS `t`
  WHERE
    `t`.`token` IN (
      SELECT
        `u`.`token`
      FROM `unwanted_tokens` AS `u`
    )
    AND EXISTS(
      SELECT
        1
      FROM `wsync`.`wanted_people_20261122090000abcd` AS `w`
      WHERE
        `w`.`identity` = `t`.`identity`
    )
  UNION DISTINCT
  SELECT
    `t`.`token`
  FROM (
    SELECT
      `identity`,
      1 AS `bit`,
      `identifier_1` AS `token`
    FROM `wsync`.`prepared_people_20261122090000abcd`
    WHERE
      NOT `identifier_1` IS NULL
    UNION ALL
    SELECT
      `identity`,
      2 AS `bit`,
      `identifier_2` AS `token`
    FROM `wsync`.`prepared_people_20261122090000abcd`
    WHERE
      NOT `identifier_2` IS NULL
    UNION ALL
    SELECT
      `identity`,
      4 AS `bit`,
      `identifier_3` AS `token`
    FROM `wsync`.`prepared_people_20261122090000abcd`
    WHERE
      NOT `identifier_3` IS NULL
    UNION ALL
    SELECT
      `identity`,
      8 AS `bit`,
      `identifier_4` AS `token`
    FROM `wsync`.`prepared_people_20261122090000abcd`
    WHERE
      NOT `identifier_4` IS NULL
    UNION ALL
    SELECT
      `identity`,
      16 AS `bit`,
      `identifier_5` AS `token`
    FROM `wsync`.`prepared_people_20261122090000abcd`
    WHERE
      NOT `identifier_5` IS NULL
    UNION ALL
    SELECT
      `identity`,
      32 AS `bit`,
      `identifier_6` AS `token`
    FROM `wsync`.`prepared_people_20261122090000abcd`
    WHERE
      NOT `identifier_6` IS NULL
    UNION ALL
    SELECT
      `identity`,
      64 AS `bit`,
      `identifier_7` AS `token`
    FROM `wsync`.`prepared_people_20261122090000abcd`
    WHERE
      NOT `identifier_7` IS NULL
    UNION ALL
    SELECT
      `identity`,
      128 AS `bit`,
      `identifier_8` AS `token`
    FROM `wsync`.`prepared_people_20261122090000abcd`
    WHERE
      NOT `identifier_8` IS NULL
  ) AS `t`
  WHERE
    `t`.`token` IN (
      SELECT
        `u`.`token`
      FROM `unwanted_tokens` AS `u`
    )
)
SELECT
  `u`.`identity`,
  `u`.`primary_key`,
  `u`.`page_group`,
  CAST(SUM(CASE WHEN `t`.`token` IS NULL THEN 0 ELSE 1 END) AS INT64) AS `tokens`,
  CAST(SUM(CASE WHEN NOT `t`.`token` IS NULL AND `w`.`token` IS NULL THEN 1 ELSE 0 END) AS INT64) AS `tokens_sent`,
  CAST(SUM(CASE WHEN `w`.`token` IS NULL THEN 0 ELSE `t`.`bit` END) AS INT64) AS `left_out`
FROM `unwanted` AS `u`
LEFT JOIN `unwanted_tokens` AS `t`
  ON `t`.`identity` = `u`.`identity`
LEFT JOIN `wanted_tokens` AS `w`
  ON `w`.`token` = `t`.`token`
GROUP BY
  `u`.`identity`,
  `u`.`primary_key`,
  `u`.`page_group`
