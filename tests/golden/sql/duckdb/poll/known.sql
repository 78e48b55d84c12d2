UPDATE "wsync"."mirror_people" SET "state" = CASE
  WHEN 'succeeded' <> 'succeeded'
  THEN 'in_doubt'
  WHEN "state" = 'accepted'
  THEN 'member'
  ELSE 'waiting'
END, "payload_acknowledged" = CASE
  WHEN 'succeeded' = 'succeeded' AND "state" = 'accepted'
  THEN COALESCE("payload_acknowledged", "payload")
END, "refused" = 'succeeded' IN ('failed', 'partial') AND "state" = 'accepted', "attempts" = CASE
  WHEN 'succeeded' = 'succeeded'
  THEN 0
  WHEN 'succeeded' IN ('failed', 'partial')
  THEN "attempts" + 1
  ELSE "attempts"
END, "retry_fence" = CAST(7 AS BIGINT) + CASE
  WHEN NOT 'succeeded' IN ('failed', 'partial') OR "attempts" = 0
  THEN 1
  WHEN "attempts" = 1
  THEN 2
  WHEN "attempts" = 2
  THEN 4
  WHEN "attempts" = 3
  THEN 8
  WHEN "attempts" = 4
  THEN 16
  WHEN "attempts" = 5
  THEN 32
  ELSE 64
END
WHERE
  "state" IN ('accepted', 'leaving')
  AND "request_reference" IN (
    SELECT
      "p"."reference"
    FROM "wsync"."polled_people_20261122090000abcd" AS "p"
    WHERE
      "p"."status" = 'succeeded'
  )
  AND EXISTS(
    SELECT
      1
    FROM "wsync"."syncs" AS "s"
    WHERE
      "s"."connection_id" = 'people' AND "s"."newest_fence" = 7
  )
