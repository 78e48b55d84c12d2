CREATE TABLE "wsync"."prepared_people_20261122090000abcd"
DISTSTYLE KEY
DISTKEY("primary_key") AS
SELECT
  "c"."primary_key",
  CAST(NULL AS VARCHAR(65535)) AS "verdict",
  CAST(NULL AS VARCHAR(65535)) AS "error_code",
  CAST(NULL AS VARCHAR(65535)) AS "error_reason",
  CAST(NULL AS VARCHAR(65535)) AS "field_notes",
  CAST(NULL AS VARCHAR(65535)) AS "filled",
  CAST(NULL AS CHAR(32)) AS "identity",
  CAST(NULL AS CHAR(32)) AS "payload",
  CAST(NULL AS CHAR(32)) AS "page_group",
  CAST(NULL AS VARCHAR(65535)) AS "tokens",
  CAST(NULL AS CHAR(32)) AS "identifier_1",
  CAST(NULL AS CHAR(32)) AS "identifier_2",
  CAST(NULL AS CHAR(32)) AS "identifier_3",
  CAST(NULL AS CHAR(32)) AS "identifier_4",
  CAST(NULL AS CHAR(32)) AS "identifier_5",
  CAST(NULL AS CHAR(32)) AS "identifier_6",
  CAST(NULL AS CHAR(32)) AS "identifier_7",
  CAST(NULL AS CHAR(32)) AS "identifier_8"
FROM "wsync"."changes_people_20261122090000abcd" AS "c"
WHERE
  1 = 0
