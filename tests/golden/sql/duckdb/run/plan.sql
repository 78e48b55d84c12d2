CREATE TABLE "wsync"."plan_people_20261122090000abcd" AS
WITH "told" AS (
  SELECT
    "o"."identity",
    "o"."primary_key",
    "o"."action",
    "o"."reason",
    "o"."left_out",
    CASE WHEN "o"."action" IN ('remove', 'add', 'update') THEN 1 ELSE 0 END AS "requested",
    CASE WHEN "o"."action" IN ('remove', 'drop') THEN 0 ELSE 1 END AS "step",
    CASE "o"."action"
      WHEN 'remove'
      THEN 'delete'
      WHEN 'drop'
      THEN 'delete'
      ELSE CASE "o"."reason" WHEN 'changed' THEN 'update' ELSE 'insert' END
    END AS "operation",
    "p"."field_notes",
    COALESCE("p"."tokens", "m"."tokens") AS "tokens",
    COALESCE("p"."payload", "m"."payload") AS "payload",
    COALESCE("p"."page_group", "m"."page_group") AS "page_group",
    COALESCE("p"."identifier_1", "m"."identifier_1") AS "identifier_1",
    COALESCE("p"."identifier_2", "m"."identifier_2") AS "identifier_2",
    COALESCE("p"."identifier_3", "m"."identifier_3") AS "identifier_3",
    COALESCE("p"."identifier_4", "m"."identifier_4") AS "identifier_4",
    COALESCE("p"."identifier_5", "m"."identifier_5") AS "identifier_5",
    COALESCE("p"."identifier_6", "m"."identifier_6") AS "identifier_6",
    COALESCE("p"."identifier_7", "m"."identifier_7") AS "identifier_7",
    COALESCE("p"."identifier_8", "m"."identifier_8") AS "identifier_8",
    "m"."state" AS "old_state",
    "m"."payload_acknowledged",
    "m"."planned_action" AS "old_action",
    "m"."refused" AS "old_refused",
    "m"."attempts",
    "m"."request_reference",
    "m"."first_planned_at",
    "m"."last_sent_at"
  FROM "wsync"."operations_people_20261122090000abcd" AS "o"
  LEFT JOIN "wsync"."mirror_people" AS "m"
    ON "m"."identity" = "o"."identity"
  LEFT JOIN "wsync"."prepared_people_20261122090000abcd" AS "p"
    ON CAST("p"."primary_key" AS TEXT) = "o"."prepared_key" AND "p"."verdict" = 'ready'
), "placed" AS (
  SELECT
    "told".*,
    ROW_NUMBER() OVER (PARTITION BY "requested", "action", "page_group" ORDER BY "identity") - 1 AS "place"
  FROM "told"
), "paged" AS (
  SELECT
    "placed".*,
    DENSE_RANK() OVER (
      ORDER BY "requested" DESC, "step", "action", "page_group", "place" - "place" % 10000
    ) AS "page_number"
  FROM "placed"
)
SELECT
  ROW_NUMBER() OVER (ORDER BY "page_number", "identity") AS "seq",
  CASE WHEN "requested" = 1 THEN "page_number" END AS "page",
  CASE WHEN "requested" = 1 THEN "step" END AS "step",
  "identity",
  "primary_key",
  "action",
  "operation",
  "reason",
  "tokens",
  "left_out",
  "payload",
  "page_group",
  "paged"."identifier_1",
  "paged"."identifier_2",
  "paged"."identifier_3",
  "paged"."identifier_4",
  "paged"."identifier_5",
  "paged"."identifier_6",
  "paged"."identifier_7",
  "paged"."identifier_8",
  "field_notes",
  "old_state",
  "payload_acknowledged",
  "old_action",
  "old_refused",
  "attempts",
  "request_reference",
  "first_planned_at",
  "last_sent_at"
FROM "paged"
