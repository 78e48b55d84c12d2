DELETE FROM "wsync"."task_marker_people"
WHERE
  NOT "verdict" IS NULL
