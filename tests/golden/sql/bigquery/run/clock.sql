SELECT
  CURRENT_TIMESTAMP() AS `now`
FROM (
  SELECT
    1 AS `one`
) AS `d`
