SELECT
  `c`.`primary_key`,
  `c`.`problem`,
  `c`.`column_1`,
  `c`.`column_2`,
  `c`.`column_3`
FROM `wsync`.`changes_people_20261122090000abcd` AS `c`
WHERE
  `c`.`operation` IN ('insert', 'update')
