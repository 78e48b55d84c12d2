SELECT DISTINCT
  TO_HEX(`t`.`token`) AS `token`
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
      `a`.`token`
    FROM `wsync`.`asked_people_20261122090000abcd` AS `a`
  )
  AND `t`.`identity` IN (
    SELECT
      `b`.`identity`
    FROM (SELECT `primary_key`, `fingerprint`, `identity`, `payload`, `operation`, `error_code`, `filled`, `email`, `phone`, CAST(NULL AS STRING) AS `city` FROM `wsync`.`snapshot_people_20261121090000abcd` WHERE `operation` <> 'delete') AS `b`
    WHERE
      CAST(`b`.`primary_key` AS STRING) <> CAST(NULL AS STRING)
  )
