INSERT INTO "wsync"."mirror_people" (
  "identity",
  "state",
  "primary_key",
  "tokens",
  "identifier_1",
  "identifier_2",
  "identifier_3",
  "identifier_4",
  "identifier_5",
  "identifier_6",
  "identifier_7",
  "identifier_8",
  "page_group",
  "payload",
  "payload_acknowledged",
  "planned_action",
  "refused",
  "attempts",
  "retry_fence",
  "last_error_code",
  "request_reference",
  "normalizer_version",
  "planned_run_id",
  "first_planned_at",
  "last_planned_at",
  "last_sent_at"
)
SELECT
  "v"."identity",
  "v"."state",
  "v"."primary_key",
  "p"."tokens",
  "p"."identifier_1",
  "p"."identifier_2",
  "p"."identifier_3",
  "p"."identifier_4",
  "p"."identifier_5",
  "p"."identifier_6",
  "p"."identifier_7",
  "p"."identifier_8",
  "p"."page_group",
  "p"."payload",
  CASE
    WHEN "v"."status" = 'succeeded' AND "v"."action" <> 'remove'
    THEN "p"."payload"
    WHEN "v"."state" = 'member' OR "v"."action" = 'wait'
    THEN "p"."payload_acknowledged"
  END AS "payload_acknowledged",
  "v"."action" AS "planned_action",
  "v"."status" = 'failed' AND "v"."action" IN ('add', 'update') AS "refused",
  CASE
    WHEN "v"."status" = 'succeeded'
    THEN 0
    WHEN "v"."status" = 'failed'
    THEN COALESCE("v"."attempts", 0) + 1
    ELSE COALESCE("v"."attempts", 0)
  END AS "attempts",
  CAST(7 AS BIGINT) + CASE
    WHEN "v"."status" <> 'failed' OR COALESCE("v"."attempts", 0) = 0
    THEN 1
    WHEN "v"."attempts" = 1
    THEN 2
    WHEN "v"."attempts" = 2
    THEN 4
    WHEN "v"."attempts" = 3
    THEN 8
    WHEN "v"."attempts" = 4
    THEN 16
    WHEN "v"."attempts" = 5
    THEN 32
    ELSE 64
  END AS "retry_fence",
  "v"."error_code" AS "last_error_code",
  COALESCE("v"."reference", "p"."request_reference") AS "request_reference",
  1 AS "normalizer_version",
  '20261122090000abcd' AS "planned_run_id",
  COALESCE("p"."first_planned_at", CURRENT_TIMESTAMP) AS "first_planned_at",
  CURRENT_TIMESTAMP AS "last_planned_at",
  CASE
    WHEN "v"."status" IN ('succeeded', 'accepted')
    THEN CURRENT_TIMESTAMP
    ELSE "p"."last_sent_at"
  END AS "last_sent_at"
FROM "wsync"."verdict_people_20261122090000abcd" AS "v"
JOIN "wsync"."plan_people_20261122090000abcd" AS "p"
  ON "p"."seq" = "v"."seq"
WHERE
  "v"."state" <> 'gone'
  AND EXISTS(
    SELECT
      1
    FROM "wsync"."syncs" AS "s"
    WHERE
      "s"."connection_id" = 'people' AND "s"."newest_fence" = 7
  )
