INSERT INTO `wsync`.`operations_people_20261122090000abcd` (
  `identity`,
  `primary_key`,
  `prepared_key`,
  `action`,
  `reason`,
  `left_out`,
  `page_group`
)
WITH `touched` AS (
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
  JOIN `wsync`.`leaving_people_20261122090000abcd` AS `l`
    ON `l`.`identity` = `t`.`identity`
  WHERE
    `l`.`tokens_sent` > 0
), `linked` AS (
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
    `t`.`token` IN (
      SELECT
        `touched`.`token`
      FROM `touched`
    )
), `judged` AS (
  SELECT
    `w`.`identity`,
    COALESCE(`w`.`prepared_key`, `w`.`primary_key`) AS `primary_key`,
    `w`.`prepared_key`,
    CASE WHEN `p`.`verdict` IS NULL THEN `m`.`page_group` ELSE `p`.`page_group` END AS `page_group`,
    CASE
      WHEN FALSE
      THEN CASE WHEN `m`.`identity` IS NULL THEN 'assumed' END
      WHEN `m`.`state` IN ('accepted', 'leaving')
      THEN NULL
      WHEN `m`.`identity` IS NULL AND `c`.`last_identity` <> `w`.`identity`
      THEN 'rekeyed'
      WHEN `m`.`identity` IS NULL OR `m`.`state` IN ('waiting', 'assumed')
      THEN 'new'
      WHEN `m`.`state` = 'in_doubt' AND NOT `m`.`refused`
      THEN 'recovered'
      WHEN `m`.`state` IN ('rejected', 'in_doubt')
      AND (
        FALSE
        OR `p`.`payload` <> `m`.`payload`
        OR (
          TRUE AND `m`.`retry_fence` <= 7
        )
      )
      THEN 'retried'
      WHEN `m`.`state` = 'member' AND `p`.`payload` <> `m`.`payload_acknowledged`
      THEN 'changed'
      WHEN `m`.`state` = 'member' AND NOT `k`.`identity` IS NULL
      THEN 'repaired'
      WHEN `m`.`state` IN ('member', 'rejected', 'in_doubt')
      AND FALSE
      AND `w`.`chosen` = 1
      THEN 'reasserted'
    END AS `reason`
  FROM `wsync`.`wanted_people_20261122090000abcd` AS `w`
  LEFT JOIN `wsync`.`mirror_people` AS `m`
    ON `m`.`identity` = `w`.`identity`
  LEFT JOIN `wsync`.`prepared_people_20261122090000abcd` AS `p`
    ON CAST(`p`.`primary_key` AS STRING) = `w`.`prepared_key`
    AND `p`.`verdict` = 'ready'
  LEFT JOIN `wsync`.`changes_people_20261122090000abcd` AS `c`
    ON CAST(`c`.`primary_key` AS STRING) = `w`.`prepared_key`
  LEFT JOIN `linked` AS `k`
    ON `k`.`identity` = `w`.`identity`
  WHERE
    NULL IS NULL OR `w`.`chosen` = 1 OR NOT `k`.`identity` IS NULL
)
SELECT
  `j`.`identity`,
  `j`.`primary_key`,
  `j`.`prepared_key`,
  CASE `j`.`reason`
    WHEN 'assumed'
    THEN 'assume'
    WHEN 'changed'
    THEN 'add'
    ELSE 'add'
  END AS `action`,
  `j`.`reason`,
  0 AS `left_out`,
  `j`.`page_group`
FROM `judged` AS `j`
WHERE
  NOT `j`.`reason` IS NULL
