SELECT
  "m"."state",
  COUNT(*) AS "identities",
  MIN(CASE WHEN "m"."planned_action" = 'remove' THEN "m"."first_planned_at" END) AS "oldest_removal",
  SUM(
    CASE
      WHEN "m"."planned_action" = 'remove' AND "m"."last_error_code" = 'refused_min_size'
      THEN 1
      ELSE 0
    END
  ) AS "kept_by_size"
FROM "wsync"."mirror_people" AS "m"
GROUP BY
  "m"."state"
ORDER BY
  "m"."state"
