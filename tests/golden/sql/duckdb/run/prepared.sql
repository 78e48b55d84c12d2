CREATE TABLE "wsync"."prepared_people_20261122090000abcd" AS
SELECT
  "c"."primary_key",
  CAST(NULL AS TEXT) AS "verdict",
  CAST(NULL AS TEXT) AS "error_code",
  CAST(NULL AS TEXT) AS "error_reason",
  CAST(NULL AS TEXT) AS "field_notes",
  CAST(NULL AS TEXT) AS "filled",
  CAST(NULL AS UUID) AS "identity",
  CAST(NULL AS UUID) AS "payload",
  CAST(NULL AS UUID) AS "page_group",
  CAST(NULL AS TEXT) AS "tokens",
  CAST(NULL AS UUID) AS "identifier_1",
  CAST(NULL AS UUID) AS "identifier_2",
  CAST(NULL AS UUID) AS "identifier_3",
  CAST(NULL AS UUID) AS "identifier_4",
  CAST(NULL AS UUID) AS "identifier_5",
  CAST(NULL AS UUID) AS "identifier_6",
  CAST(NULL AS UUID) AS "identifier_7",
  CAST(NULL AS UUID) AS "identifier_8"
FROM "wsync"."changes_people_20261122090000abcd" AS "c"
WHERE
  1 = 0
