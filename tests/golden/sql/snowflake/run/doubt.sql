UPDATE "WSYNC"."MIRROR_PEOPLE" SET "STATE" = 'in_doubt', "REFUSED" = FALSE
WHERE
  "STATE" = 'member'
  AND EXISTS(
    SELECT
      1
    FROM "WSYNC"."SYNCS" AS "S"
    WHERE
      "S"."CONNECTION_ID" = 'people' AND "S"."NEWEST_FENCE" = 7
  )
