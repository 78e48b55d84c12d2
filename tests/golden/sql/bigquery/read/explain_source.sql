SELECT
  `s`.`primary_key`,
  `s`.`column_1`,
  `s`.`column_2`,
  `s`.`column_3`
FROM (
  SELECT
    `id` AS `primary_key`,
    `email` AS `column_1`,
    `phone` AS `column_2`,
    `city` AS `column_3`
  FROM `main`.`people`
) AS `s`
WHERE
  CAST(`s`.`primary_key` AS STRING) = CAST(NULL AS STRING)
