INSERT INTO "WSYNC"."SYNCS" (
  "CONNECTION_ID",
  "CONNECTOR",
  "ACCOUNT",
  "NEWEST_FENCE",
  "MIRROR_ROWS",
  "STATE_VERSION",
  "SUPPRESSION_SALT",
  "CREATED_AT"
)
SELECT
  'people',
  'members',
  '1',
  0,
  0,
  1,
  'people',
  CURRENT_TIMESTAMP()
FROM (
  SELECT
    1 AS "ONE"
) AS "D"
WHERE
  NOT EXISTS(
    SELECT
      1
    FROM "WSYNC"."SYNCS" AS "S"
    WHERE
      "S"."CONNECTION_ID" = 'people'
  )
