CREATE TABLE "wsync"."plan_people_20261122090000abcd"
DISTSTYLE KEY
DISTKEY("identity") AS
WITH "told" AS (
  SELECT
    "o".*,
    CASE WHEN "o"."action" IN ('remove', 'add', 'update') THEN 1 ELSE 0 END AS "requested",
    COALESCE(CAST("o"."page_group" AS VARCHAR(32)), '') AS "page_key"
  FROM "wsync"."operations_people_20261122090000abcd" AS "o"
), "placed" AS (
  SELECT
    "told".*,
    ROW_NUMBER() OVER (PARTITION BY "requested", "step", "action", "page_key" ORDER BY "identity") - 1 AS "place"
  FROM "told"
), "piles" AS (
  SELECT
    "requested",
    "step",
    "action",
    "page_key",
    COUNT(*) AS "height",
    CAST(CEIL(CAST(COUNT(*) * 1.0 AS DOUBLE PRECISION) / 10000) AS BIGINT) AS "pages"
  FROM "told"
  GROUP BY
    "requested",
    "step",
    "action",
    "page_key"
), "stacked" AS (
  SELECT
    "piles".*,
    CAST(SUM("height") OVER (
      ORDER BY "requested" DESC NULLS LAST, "step", "action", "page_key"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS BIGINT) - "height" AS "rows_before",
    CAST(SUM("pages") OVER (
      ORDER BY "requested" DESC NULLS LAST, "step", "action", "page_key"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS BIGINT) - "pages" AS "pages_before"
  FROM "piles"
)
SELECT
  "s"."rows_before" + "o"."place" + 1 AS "seq",
  CASE
    WHEN "o"."requested" = 1
    THEN "s"."pages_before" + 1 + CAST(CAST((
      "o"."place" - "o"."place" % 10000
    ) AS DOUBLE PRECISION) / 10000 AS BIGINT)
  END AS "page",
  CASE WHEN "o"."requested" = 1 THEN "o"."step" END AS "step",
  "o"."identity",
  "o"."primary_key",
  "o"."action",
  "o"."operation",
  "o"."reason",
  COALESCE("p"."tokens", "m"."tokens") AS "tokens",
  "o"."left_out",
  COALESCE("p"."payload", "m"."payload") AS "payload",
  "o"."page_group",
  COALESCE("p"."identifier_1", "m"."identifier_1") AS "identifier_1",
  COALESCE("p"."identifier_2", "m"."identifier_2") AS "identifier_2",
  COALESCE("p"."identifier_3", "m"."identifier_3") AS "identifier_3",
  COALESCE("p"."identifier_4", "m"."identifier_4") AS "identifier_4",
  COALESCE("p"."identifier_5", "m"."identifier_5") AS "identifier_5",
  COALESCE("p"."identifier_6", "m"."identifier_6") AS "identifier_6",
  COALESCE("p"."identifier_7", "m"."identifier_7") AS "identifier_7",
  COALESCE("p"."identifier_8", "m"."identifier_8") AS "identifier_8",
  "p"."field_notes",
  "m"."state" AS "old_state",
  CASE
    WHEN "m"."state" = 'accepted'
    THEN COALESCE("m"."payload_acknowledged", "m"."payload")
    ELSE "m"."payload_acknowledged"
  END AS "payload_acknowledged",
  "m"."planned_action" AS "old_action",
  "m"."refused" AS "old_refused",
  "m"."attempts",
  "m"."last_error_code" AS "old_error_code",
  "m"."request_reference",
  "m"."first_planned_at",
  "m"."last_sent_at"
FROM "placed" AS "o"
JOIN "stacked" AS "s"
  ON "s"."requested" = "o"."requested"
  AND "s"."step" = "o"."step"
  AND "s"."action" = "o"."action"
  AND "s"."page_key" = "o"."page_key"
LEFT JOIN "wsync"."mirror_people" AS "m"
  ON "m"."identity" = "o"."identity"
LEFT JOIN "wsync"."prepared_people_20261122090000abcd" AS "p"
  ON CAST("p"."primary_key" AS VARCHAR(65535)) = "o"."prepared_key"
  AND "p"."verdict" = 'ready'
