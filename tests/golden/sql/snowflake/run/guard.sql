WITH "COUNTED" AS (
  SELECT
    MAX("KEYS_PRESENT") AS "KEYS_PRESENT",
    MAX("SOURCE_ROWS") AS "SOURCE_ROWS",
    MAX("NULL_KEY_ROWS") AS "NULL_KEY_ROWS",
    MAX("MEMBERS") AS "MEMBERS"
  FROM "WSYNC"."RUNS"
  WHERE
    "CONNECTION_ID" = 'people' AND "SYNC_RUN_ID" = '20261122090000abcd'
), "R" AS (
  SELECT
    "COUNTED".*,
    CASE
      WHEN NOT "MEMBERS" IS NULL
      THEN GREATEST_IGNORE_NULLS(20 * "MEMBERS" / 100.0, 10)
    END AS "REMOVALS_ALLOWED",
    CASE
      WHEN NOT "MEMBERS" IS NULL
      THEN GREATEST_IGNORE_NULLS(50 * "MEMBERS" / 100.0, 10)
    END AS "REKEYS_ALLOWED",
    CASE
      WHEN NOT "SOURCE_ROWS" IS NULL
      THEN LEAST_IGNORE_NULLS(1 * "SOURCE_ROWS" / 100.0, 100)
    END AS "NULL_KEYS_ALLOWED",
    CASE
      WHEN "KEYS_PRESENT" > 0 AND NOT "MEMBERS" IS NULL
      THEN 0
      WHEN "KEYS_PRESENT" = 0
      THEN "MEMBERS"
    END AS "MEMBERS_OF_NOBODY"
  FROM "COUNTED"
), "REMOVALS" AS (
  SELECT
    COALESCE(SUM(CASE WHEN "P"."REASON" IN ('gone', 'cleared') THEN 1 ELSE 0 END), 0) AS "LOST",
    COALESCE(SUM(CASE WHEN "P"."REASON" = 'rekeyed' THEN 1 ELSE 0 END), 0) AS "REKEYED",
    COUNT(*) AS "EVERY_ONE"
  FROM "WSYNC"."PLAN_PEOPLE_20261122090000ABCD" AS "P"
  WHERE
    "P"."OPERATION" = 'delete'
    AND "P"."REASON" IN ('gone', 'cleared', 'rekeyed', 'suppressed')
    AND COALESCE("P"."OLD_ACTION", 'add') <> 'remove'
), "PATTERNS" AS (
  SELECT
    'now' AS "SIDE",
    "S"."FILLED",
    COUNT(*) AS "N"
  FROM "WSYNC"."SNAPSHOT_PEOPLE_20261122090000ABCD" AS "S"
  WHERE
    "S"."OPERATION" <> 'delete'
  GROUP BY
    "S"."FILLED"
  UNION ALL
  SELECT
    'before' AS "SIDE",
    "B"."FILLED",
    COUNT(*) AS "N"
  FROM (SELECT "PRIMARY_KEY", "FINGERPRINT", "IDENTITY", "PAYLOAD", "OPERATION", "ERROR_CODE", "FILLED", "email", "phone", CAST(NULL AS VARCHAR) AS "city" FROM "WSYNC"."SNAPSHOT_PEOPLE_20261121090000ABCD" WHERE "OPERATION" <> 'delete') AS "B"
  GROUP BY
    "B"."FILLED"
  UNION ALL
  SELECT
    CASE
      WHEN COALESCE("P"."ERROR_CODE", 'suppressed') IN ('suppressed', 'consent_denied')
      THEN 'ready'
      ELSE 'refused'
    END AS "SIDE",
    "P"."FILLED",
    COUNT(*) AS "N"
  FROM "WSYNC"."PREPARED_PEOPLE_20261122090000ABCD" AS "P"
  LEFT JOIN "WSYNC"."CHANGES_PEOPLE_20261122090000ABCD" AS "C"
    ON "C"."PRIMARY_KEY" = "P"."PRIMARY_KEY"
  WHERE
    "C"."LAST_ERROR_CODE" IS NULL
  GROUP BY
    CASE
      WHEN COALESCE("P"."ERROR_CODE", 'suppressed') IN ('suppressed', 'consent_denied')
      THEN 'ready'
      ELSE 'refused'
    END,
    "P"."FILLED"
), "ROWS_OF" AS (
  SELECT
    COALESCE(SUM(CASE WHEN "SIDE" = 'now' THEN "N" ELSE 0 END), 0) AS "NOW_ROWS",
    COALESCE(SUM(CASE WHEN "SIDE" = 'before' THEN "N" ELSE 0 END), 0) AS "BEFORE_ROWS",
    COALESCE(SUM(CASE WHEN "SIDE" IN ('ready', 'refused') THEN "N" ELSE 0 END), 0) AS "PREPARED_ROWS",
    COALESCE(SUM(CASE WHEN "SIDE" = 'refused' THEN "N" ELSE 0 END), 0) AS "REFUSED_ROWS"
  FROM "PATTERNS"
), "MARKS" AS (
  SELECT
    "F"."PLACE",
    "F"."NAME",
    COALESCE(
      SUM(
        CASE
          WHEN "X"."SIDE" IN ('ready', 'refused')
          AND SUBSTRING("X"."FILLED", "F"."PLACE", 1) = '!'
          THEN "X"."N"
          ELSE 0
        END
      ),
      0
    ) AS "INVALID",
    COALESCE(
      SUM(
        CASE
          WHEN "X"."SIDE" IN ('ready', 'refused')
          AND SUBSTRING("X"."FILLED", "F"."PLACE", 1) IN ('+', '!')
          THEN "X"."N"
          ELSE 0
        END
      ),
      0
    ) AS "GIVEN",
    COALESCE(
      SUM(
        CASE
          WHEN "X"."SIDE" = 'now' AND SUBSTRING("X"."FILLED", "F"."PLACE", 1) IN ('+', '!')
          THEN "X"."N"
          ELSE 0
        END
      ),
      0
    ) AS "NOW_GIVEN",
    COALESCE(
      SUM(
        CASE
          WHEN "X"."SIDE" = 'before'
          AND SUBSTRING("X"."FILLED", "F"."OLD_PLACE", 1) IN ('+', '!')
          THEN "X"."N"
          ELSE 0
        END
      ),
      0
    ) AS "BEFORE_GIVEN"
  FROM (SELECT 1 AS "PLACE", 'EMAIL' AS "NAME", 1 AS "OLD_PLACE" UNION ALL SELECT 2 AS "PLACE", 'PHONE' AS "NAME", 2 AS "OLD_PLACE" UNION ALL SELECT 3 AS "PLACE", 'CITY' AS "NAME", 3 AS "OLD_PLACE") AS "F"
  CROSS JOIN "PATTERNS" AS "X"
  GROUP BY
    "F"."PLACE",
    "F"."NAME"
), "FOUND" AS (
  SELECT
    1 AS "PLACE",
    'empty_source' AS "GUARD",
    "MEMBERS_OF_NOBODY" AS "FOUND",
    0 AS "ALLOWED"
  FROM "R"
  UNION ALL
  SELECT
    2,
    'removals',
    "LOST",
    "REMOVALS_ALLOWED"
  FROM "REMOVALS"
  CROSS JOIN "R"
  UNION ALL
  SELECT
    3,
    'rekeys',
    "REKEYED",
    "REKEYS_ALLOWED"
  FROM "REMOVALS"
  CROSS JOIN "R"
  UNION ALL
  SELECT
    4,
    'configuration_change',
    CASE WHEN FALSE THEN "EVERY_ONE" ELSE 0 END,
    0
  FROM "REMOVALS"
  UNION ALL
  SELECT
    5,
    'null_keys',
    CASE WHEN "EVERY_ONE" > 0 THEN "NULL_KEY_ROWS" ELSE 0 END,
    "NULL_KEYS_ALLOWED"
  FROM "REMOVALS"
  CROSS JOIN "R"
  UNION ALL
  SELECT
    6,
    'invalid_rows',
    "REFUSED_ROWS",
    CASE
      WHEN "PREPARED_ROWS" >= 20
      THEN 50 * "PREPARED_ROWS" / 100.0
      ELSE "PREPARED_ROWS"
    END
  FROM "ROWS_OF"
  UNION ALL
  SELECT
    100 + "PLACE",
    'invalid: ' || "NAME",
    "INVALID",
    CASE
      WHEN "GIVEN" >= 20
      THEN 50 * "GIVEN" / 100.0
      ELSE "GIVEN"
    END
  FROM "MARKS"
  UNION ALL
  SELECT
    200 + "M"."PLACE",
    'emptied: ' || "M"."NAME",
    CASE
      WHEN "BEFORE_ROWS" < 20
      THEN 0
      ELSE 100.0 * "BEFORE_GIVEN" / "BEFORE_ROWS" - CASE WHEN "NOW_ROWS" = 0 THEN 0 ELSE 100.0 * "NOW_GIVEN" / "NOW_ROWS" END
    END,
    50
  FROM "MARKS" AS "M"
  CROSS JOIN "ROWS_OF"
)
SELECT
  "GUARD",
  "FOUND",
  "ALLOWED",
  CASE WHEN "FOUND" <= "ALLOWED" THEN 0 ELSE 1 END AS "BLOCKED"
FROM "FOUND" AS "F"
ORDER BY
  "PLACE"
