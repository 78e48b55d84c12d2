CREATE TABLE "wsync"."changes_people_20261122090000abcd" AS
WITH "source_rows" AS MATERIALIZED (
  SELECT
    "id" AS "primary_key",
    "pg_catalog".hash_record_extended(
      ROW(
        CAST("email" AS TEXT) COLLATE "C",
        CAST("phone" AS TEXT) COLLATE "C",
        CAST("city" AS TEXT) COLLATE "C"
      ),
      0
    ) AS "fingerprint",
    "email" AS "column_1",
    "phone" AS "column_2",
    "city" AS "column_3"
  FROM "main"."people"
), "repeated" AS (
  SELECT
    "s"."primary_key"
  FROM "source_rows" AS "s"
  WHERE
    NOT "s"."primary_key" IS NULL
  GROUP BY
    "s"."primary_key"
  HAVING
    COUNT(*) > 1
), "first_copies" AS (
  SELECT
    "s"."primary_key",
    "s"."fingerprint",
    "s"."column_1",
    "s"."column_2",
    "s"."column_3",
    COUNT(*) OVER (PARTITION BY "s"."primary_key") AS "copies",
    MAX("s"."fingerprint") OVER (PARTITION BY "s"."primary_key") AS "last_fingerprint",
    ROW_NUMBER() OVER (PARTITION BY "s"."primary_key" ORDER BY "s"."fingerprint") AS "copy"
  FROM "source_rows" AS "s"
  WHERE
    "s"."primary_key" IN (
      SELECT
        "r"."primary_key"
      FROM "repeated" AS "r"
    )
), "joined" AS (
  SELECT
    "s"."primary_key",
    "s"."fingerprint",
    CASE WHEN NOT "s"."fingerprint" IS NULL THEN 1 END AS "copies",
    CAST(NULL AS TEXT) AS "problem",
    "s"."column_1",
    "s"."column_2",
    "s"."column_3",
    "b"."primary_key" AS "last_key",
    "b"."fingerprint" AS "last_fingerprint"
  FROM "source_rows" AS "s"
  FULL JOIN (SELECT "primary_key", "fingerprint", "identity", "payload", "operation", "error_code", "filled", "email", "phone", CAST(NULL AS VARCHAR) AS "city" FROM "wsync"."snapshot_people_20261121090000abcd" WHERE "operation" <> 'delete') AS "b"
    ON "b"."primary_key" = "s"."primary_key"
  WHERE
    (
      "s"."fingerprint" IS NULL
      OR "s"."fingerprint" IS DISTINCT FROM "b"."fingerprint"
      OR FALSE
    )
    AND (
      "s"."primary_key" IS NULL
      OR NOT "s"."primary_key" IN (
        SELECT
          "r"."primary_key"
        FROM "repeated" AS "r"
      )
    )
  UNION ALL
  SELECT
    "f"."primary_key",
    "f"."fingerprint",
    "f"."copies",
    CASE WHEN "f"."fingerprint" < "f"."last_fingerprint" THEN 'duplicate_key' END AS "problem",
    "f"."column_1",
    "f"."column_2",
    "f"."column_3",
    "b"."primary_key" AS "last_key",
    "b"."fingerprint" AS "last_fingerprint"
  FROM "first_copies" AS "f"
  LEFT JOIN (SELECT "primary_key", "fingerprint", "identity", "payload", "operation", "error_code", "filled", "email", "phone", CAST(NULL AS VARCHAR) AS "city" FROM "wsync"."snapshot_people_20261121090000abcd" WHERE "operation" <> 'delete') AS "b"
    ON "b"."primary_key" = "f"."primary_key"
  WHERE
    "f"."copy" = 1
)
SELECT
  COALESCE("j"."primary_key", "j"."last_key") AS "primary_key",
  CASE
    WHEN "j"."copies" IS NULL
    THEN "j"."last_fingerprint"
    ELSE "j"."fingerprint"
  END AS "fingerprint",
  CASE
    WHEN "j"."copies" IS NULL
    THEN 'delete'
    WHEN "j"."last_key" IS NULL
    THEN 'insert'
    WHEN "j"."problem" IS NULL
    AND "j"."fingerprint" = "j"."last_fingerprint"
    AND NOT FALSE
    THEN 'unchanged'
    ELSE 'update'
  END AS "operation",
  CASE
    WHEN NOT "j"."copies" IS NULL AND "j"."primary_key" IS NULL
    THEN 'null_key'
    ELSE "j"."problem"
  END AS "problem",
  "j"."copies",
  "b"."identity" AS "last_identity",
  "b"."error_code" AS "last_error_code",
  CASE WHEN "j"."copies" IS NULL THEN "b"."email" ELSE "j"."column_1" END AS "column_1",
  CASE WHEN "j"."copies" IS NULL THEN "b"."phone" ELSE "j"."column_2" END AS "column_2",
  CASE WHEN "j"."copies" IS NULL THEN "b"."city" ELSE "j"."column_3" END AS "column_3"
FROM "joined" AS "j"
LEFT JOIN (SELECT "primary_key", "fingerprint", "identity", "payload", "operation", "error_code", "filled", "email", "phone", CAST(NULL AS VARCHAR) AS "city" FROM "wsync"."snapshot_people_20261121090000abcd" WHERE "operation" <> 'delete') AS "b"
  ON "b"."primary_key" = "j"."last_key"
WHERE
  NULL IS NULL
  OR CAST(COALESCE("j"."primary_key", "j"."last_key") AS TEXT) = NULL
