UPDATE "WSYNC"."MIRROR_PEOPLE" SET "STATE" = CASE
  WHEN 'succeeded' <> 'succeeded'
  THEN 'in_doubt'
  WHEN "STATE" = 'accepted'
  THEN 'member'
  ELSE 'waiting'
END, "PAYLOAD_ACKNOWLEDGED" = CASE
  WHEN 'succeeded' = 'succeeded' AND "STATE" = 'accepted'
  THEN COALESCE("PAYLOAD_ACKNOWLEDGED", "PAYLOAD")
END, "REFUSED" = 'succeeded' IN ('failed', 'partial') AND "STATE" = 'accepted', "ATTEMPTS" = CASE
  WHEN 'succeeded' = 'succeeded'
  THEN 0
  WHEN 'succeeded' IN ('failed', 'partial')
  THEN "ATTEMPTS" + 1
  ELSE "ATTEMPTS"
END, "RETRY_FENCE" = CAST(7 AS BIGINT) + CASE
  WHEN NOT 'succeeded' IN ('failed', 'partial') OR "ATTEMPTS" = 0
  THEN 1
  WHEN "ATTEMPTS" = 1
  THEN 2
  WHEN "ATTEMPTS" = 2
  THEN 4
  WHEN "ATTEMPTS" = 3
  THEN 8
  WHEN "ATTEMPTS" = 4
  THEN 16
  WHEN "ATTEMPTS" = 5
  THEN 32
  ELSE 64
END
WHERE
  "STATE" IN ('accepted', 'leaving')
  AND "REQUEST_REFERENCE" IN (
    SELECT
      "P"."REFERENCE"
    FROM "WSYNC"."POLLED_PEOPLE_20261122090000ABCD" AS "P"
    WHERE
      "P"."STATUS" = 'succeeded'
  )
  AND EXISTS(
    SELECT
      1
    FROM "WSYNC"."SYNCS" AS "S"
    WHERE
      "S"."CONNECTION_ID" = 'people' AND "S"."NEWEST_FENCE" = 7
  )
