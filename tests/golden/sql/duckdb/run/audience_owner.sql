SELECT
  "o"."connection_id"
FROM "wsync"."syncs" AS "s"
JOIN "wsync"."syncs" AS "o"
  ON "o"."connector" = "s"."connector"
  AND "o"."account" = "s"."account"
  AND "o"."connection_id" <> "s"."connection_id"
WHERE
  "s"."connection_id" = 'people' AND "o"."audience_id" = '42'
ORDER BY
  "o"."connection_id"
