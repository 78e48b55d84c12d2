SELECT
  "m"."state",
  "m"."planned_action",
  "m"."attempts",
  "m"."last_error_code",
  "m"."tokens",
  "m"."first_planned_at",
  "m"."last_planned_at",
  "m"."last_sent_at",
  "m"."planned_run_id",
  "m"."primary_key"
FROM "wsync"."mirror_people" AS "m"
LEFT JOIN (
  SELECT DISTINCT
    "b"."identity" AS "member"
  FROM (SELECT "primary_key", "fingerprint", "identity", "payload", "operation", "error_code", "filled", "email", "phone", CAST(NULL AS VARCHAR) AS "city" FROM "wsync"."snapshot_people_20261121090000abcd" WHERE "operation" <> 'delete') AS "b"
  WHERE
    CAST("b"."primary_key" AS VARCHAR(65535)) = NULL
) AS "among_1"
  ON "among_1"."member" = "m"."identity"
WHERE
  "m"."primary_key" = NULL OR NOT "among_1"."member" IS NULL
ORDER BY
  "m"."last_planned_at" DESC NULLS LAST
