INSERT INTO `wsync`.`suppressed` (
  `connection_id`,
  `digest`
)
SELECT
  'people_after',
  `s`.`digest`
FROM `wsync`.`suppressed` AS `s`
WHERE
  `s`.`connection_id` = 'people'
  AND NOT EXISTS(
    SELECT
      1
    FROM `wsync`.`suppressed` AS `t`
    WHERE
      `t`.`connection_id` = 'people_after' AND `t`.`digest` = `s`.`digest`
  )
