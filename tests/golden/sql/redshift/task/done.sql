DELETE FROM "wsync"."task_marker_people"
WHERE
  "verdict" = 'preparing'
