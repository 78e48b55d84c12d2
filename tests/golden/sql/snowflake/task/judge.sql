INSERT INTO "WSYNC"."TASK_MARKER_PEOPLE" (
  "STARTED_AT",
  "PREPARED_AT",
  "BASELINE_RUN_ID",
  "CONFIG_HASH",
  "STATEMENT_VERSION",
  "ENGINE",
  "SUPPRESSIONS",
  "SOURCE_COLUMNS",
  "SOURCE_ROWS",
  "CHANGED_ROWS",
  "CHANGED_KEYS",
  "VERDICT"
)
WITH "COUNTED" AS (
  SELECT
    COUNT(*) AS "CHANGED_ROWS",
    COALESCE(
      SUM(
        CASE
          WHEN "C"."PROBLEM" = 'null_key' OR "C"."OPERATION" = 'unchanged'
          THEN 0
          ELSE 1
        END
      ),
      0
    ) AS "CHANGED_KEYS",
    COALESCE(SUM(CASE WHEN "C"."PROBLEM" = 'null_key' THEN 1 ELSE 0 END), 0) AS "NULL_KEYS",
    COALESCE(
      SUM(
        CASE
          WHEN "C"."PROBLEM" IS DISTINCT FROM 'null_key' AND "C"."OPERATION" = 'insert'
          THEN 1
          ELSE 0
        END
      ),
      0
    ) AS "INSERTED",
    COALESCE(SUM(CASE WHEN "C"."OPERATION" = 'delete' THEN 1 ELSE 0 END), 0) AS "DELETED",
    COALESCE(SUM(CASE WHEN "C"."COPIES" > 1 THEN "C"."COPIES" - 1 ELSE 0 END), 0) AS "SURPLUS"
  FROM "WSYNC"."TASK_CHANGES_PEOPLE" AS "C"
), "PATTERNS" AS (
  SELECT
    'before' AS "SIDE",
    "B"."FILLED",
    COUNT(*) AS "N"
  FROM "WSYNC"."BASELINE_PEOPLE" AS "B"
  GROUP BY
    "B"."FILLED"
  UNION ALL
  SELECT
    'gone' AS "SIDE",
    "B"."FILLED",
    COUNT(*) AS "N"
  FROM "WSYNC"."BASELINE_PEOPLE" AS "B"
  JOIN "WSYNC"."TASK_CHANGES_PEOPLE" AS "C"
    ON "C"."PRIMARY_KEY" = "B"."PRIMARY_KEY"
  WHERE
    "C"."OPERATION" <> 'unchanged'
  GROUP BY
    "B"."FILLED"
  UNION ALL
  SELECT
    'now' AS "SIDE",
    "X"."FILLED",
    COUNT(*) AS "N"
  FROM (
    SELECT
      '+.+' AS "FILLED"
    FROM "WSYNC"."TASK_CHANGES_PEOPLE" AS "C"
    WHERE
      "C"."PROBLEM" IS DISTINCT FROM 'null_key'
      AND "C"."OPERATION" IN ('insert', 'update')
  ) AS "X"
  GROUP BY
    "X"."FILLED"
), "KNOWN" AS (
  SELECT
    "C"."CHANGED_ROWS",
    "C"."CHANGED_KEYS",
    "C"."NULL_KEYS",
    "C"."DELETED",
    "B"."KEYS" AS "BEFORE_KEYS",
    "B"."KEYS" + "C"."INSERTED" - "C"."DELETED" AS "NOW_KEYS",
    "B"."KEYS" + "C"."INSERTED" - "C"."DELETED" + "C"."NULL_KEYS" + "C"."SURPLUS" AS "SOURCE_ROWS",
    "B"."OLDEST",
    "B"."NEWEST",
    "M"."MEMBERS"
  FROM "COUNTED" AS "C"
  CROSS JOIN (
    SELECT
      COUNT(*) AS "KEYS",
      MIN("V"."BASELINE_RUN_ID") AS "OLDEST",
      MAX("V"."BASELINE_RUN_ID") AS "NEWEST"
    FROM "WSYNC"."BASELINE_PEOPLE" AS "V"
  ) AS "B"
  CROSS JOIN (
    SELECT
      COUNT(*) AS "MEMBERS"
    FROM "WSYNC"."MIRROR_PEOPLE"
  ) AS "M"
), "MARKS" AS (
  SELECT
    "F"."NAME",
    COALESCE(
      SUM(
        CASE
          WHEN "P"."SIDE" = 'before' AND SUBSTRING("P"."FILLED", "F"."PLACE", 1) IN ('+', '!')
          THEN "P"."N"
          ELSE 0
        END
      ),
      0
    ) AS "BEFORE_GIVEN",
    COALESCE(
      SUM(
        CASE
          WHEN SUBSTRING("P"."FILLED", "F"."PLACE", 1) IN ('+', '!')
          THEN CASE "P"."SIDE" WHEN 'gone' THEN -"P"."N" ELSE "P"."N" END
          ELSE 0
        END
      ),
      0
    ) AS "NOW_GIVEN"
  FROM (SELECT 1 AS "PLACE", 'EMAIL' AS "NAME", 1 AS "OLD_PLACE" UNION ALL SELECT 2 AS "PLACE", 'PHONE' AS "NAME", 2 AS "OLD_PLACE" UNION ALL SELECT 3 AS "PLACE", 'CITY' AS "NAME", 3 AS "OLD_PLACE") AS "F"
  CROSS JOIN "PATTERNS" AS "P"
  GROUP BY
    "F"."NAME"
), "EMPTIED" AS (
  SELECT
    MIN("M"."NAME") AS "NAME"
  FROM "MARKS" AS "M"
  CROSS JOIN "KNOWN" AS "K"
  WHERE
    "K"."BEFORE_KEYS" >= 20
    AND 100.0 * "M"."BEFORE_GIVEN" / "K"."BEFORE_KEYS" - CASE
      WHEN "K"."NOW_KEYS" = 0
      THEN 0
      ELSE 100.0 * "M"."NOW_GIVEN" / "K"."NOW_KEYS"
    END > 50
)
SELECT
  "T"."STARTED_AT",
  CURRENT_TIMESTAMP(),
  "T"."BASELINE_RUN_ID",
  "T"."CONFIG_HASH",
  "T"."STATEMENT_VERSION",
  "T"."ENGINE",
  (
    SELECT
      COUNT(DISTINCT "X"."DIGEST")
    FROM "WSYNC"."SUPPRESSED" AS "X"
    WHERE
      "X"."CONNECTION_ID" = 'people'
  ),
  "T"."SOURCE_COLUMNS",
  "K"."SOURCE_ROWS",
  "K"."CHANGED_ROWS",
  "K"."CHANGED_KEYS",
  CASE
    WHEN "S"."BASELINE_RUN_ID" <> "T"."BASELINE_RUN_ID"
    OR "K"."OLDEST" <> "T"."BASELINE_RUN_ID"
    OR "K"."NEWEST" <> "T"."BASELINE_RUN_ID"
    THEN 'baseline_moved'
    WHEN "K"."NOW_KEYS" = 0 AND "K"."MEMBERS" > 0
    THEN 'empty_source'
    WHEN "K"."DELETED" > 0
    AND NOT "K"."NULL_KEYS" <= LEAST_IGNORE_NULLS(1 * "K"."SOURCE_ROWS" / 100.0, 100)
    THEN 'null_keys'
    WHEN NOT "E"."NAME" IS NULL
    THEN 'emptied: ' || "E"."NAME"
    ELSE 'ready'
  END
FROM "WSYNC"."TASK_MARKER_PEOPLE" AS "T"
JOIN "WSYNC"."SYNCS" AS "S"
  ON "S"."CONNECTION_ID" = 'people'
CROSS JOIN "KNOWN" AS "K"
CROSS JOIN "EMPTIED" AS "E"
WHERE
  "T"."VERDICT" = 'preparing'
