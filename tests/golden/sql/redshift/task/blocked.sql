DELETE FROM "wsync"."task_changes_people"
WHERE
  EXISTS(
    SELECT
      1
    FROM "wsync"."task_marker_people" AS "m"
    WHERE
      NOT "m"."verdict" IN ('ready', 'preparing')
  )
