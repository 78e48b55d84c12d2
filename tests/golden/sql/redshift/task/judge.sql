INSERT INTO "wsync"."task_marker_people" (
  "started_at",
  "prepared_at",
  "baseline_run_id",
  "config_hash",
  "statement_version",
  "engine",
  "suppressions",
  "source_columns",
  "source_rows",
  "changed_rows",
  "changed_keys",
  "verdict"
)
WITH "counted" AS (
  SELECT
    COUNT(*) AS "changed_rows",
    COALESCE(
      SUM(
        CASE
          WHEN "c"."problem" = 'null_key' OR "c"."operation" = 'unchanged'
          THEN 0
          ELSE 1
        END
      ),
      0
    ) AS "changed_keys",
    COALESCE(SUM(CASE WHEN "c"."problem" = 'null_key' THEN 1 ELSE 0 END), 0) AS "null_keys",
    COALESCE(
      SUM(
        CASE
          WHEN (
            "c"."problem" <> 'null_key'
            OR (
              "c"."problem" IS NULL AND NOT 'null_key' IS NULL
            )
            OR (
              NOT "c"."problem" IS NULL AND 'null_key' IS NULL
            )
          )
          AND "c"."operation" = 'insert'
          THEN 1
          ELSE 0
        END
      ),
      0
    ) AS "inserted",
    COALESCE(SUM(CASE WHEN "c"."operation" = 'delete' THEN 1 ELSE 0 END), 0) AS "deleted",
    COALESCE(SUM(CASE WHEN "c"."copies" > 1 THEN "c"."copies" - 1 ELSE 0 END), 0) AS "surplus"
  FROM "wsync"."task_changes_people" AS "c"
), "patterns" AS (
  SELECT
    CAST('before' AS VARCHAR(32)) AS "side",
    "b"."filled",
    COUNT(*) AS "n"
  FROM "wsync"."baseline_people" AS "b"
  GROUP BY
    "b"."filled"
  UNION ALL
  SELECT
    CAST('gone' AS VARCHAR(32)) AS "side",
    "b"."filled",
    COUNT(*) AS "n"
  FROM "wsync"."baseline_people" AS "b"
  JOIN "wsync"."task_changes_people" AS "c"
    ON "c"."primary_key" = "b"."primary_key"
  WHERE
    "c"."operation" <> 'unchanged'
  GROUP BY
    "b"."filled"
  UNION ALL
  SELECT
    CAST('now' AS VARCHAR(32)) AS "side",
    "x"."filled",
    COUNT(*) AS "n"
  FROM (
    SELECT
      CAST('+.+' AS VARCHAR(65535)) AS "filled"
    FROM "wsync"."task_changes_people" AS "c"
    WHERE
      (
        "c"."problem" <> 'null_key'
        OR (
          "c"."problem" IS NULL AND NOT 'null_key' IS NULL
        )
        OR (
          NOT "c"."problem" IS NULL AND 'null_key' IS NULL
        )
      )
      AND "c"."operation" IN ('insert', 'update')
  ) AS "x"
  GROUP BY
    "x"."filled"
), "known" AS (
  SELECT
    "c"."changed_rows",
    "c"."changed_keys",
    "c"."null_keys",
    "c"."deleted",
    "b"."keys" AS "before_keys",
    "b"."keys" + "c"."inserted" - "c"."deleted" AS "now_keys",
    "b"."keys" + "c"."inserted" - "c"."deleted" + "c"."null_keys" + "c"."surplus" AS "source_rows",
    "b"."oldest",
    "b"."newest",
    "m"."members"
  FROM "counted" AS "c"
  CROSS JOIN (
    SELECT
      COUNT(*) AS "keys",
      MIN("v"."baseline_run_id") AS "oldest",
      MAX("v"."baseline_run_id") AS "newest"
    FROM "wsync"."baseline_people" AS "v"
  ) AS "b"
  CROSS JOIN (
    SELECT
      COUNT(*) AS "members"
    FROM "wsync"."mirror_people"
  ) AS "m"
), "marks" AS (
  SELECT
    "f"."name",
    COALESCE(
      SUM(
        CASE
          WHEN "p"."side" = 'before'
          AND SUBSTRING("p"."filled" FROM "f"."place" FOR 1) IN ('+', '!')
          THEN "p"."n"
          ELSE 0
        END
      ),
      0
    ) AS "before_given",
    COALESCE(
      SUM(
        CASE
          WHEN SUBSTRING("p"."filled" FROM "f"."place" FOR 1) IN ('+', '!')
          THEN CASE "p"."side" WHEN 'gone' THEN -"p"."n" ELSE "p"."n" END
          ELSE 0
        END
      ),
      0
    ) AS "now_given"
  FROM (SELECT 1 AS "place", CAST('EMAIL' AS VARCHAR(32)) AS "name", 1 AS "old_place" UNION ALL SELECT 2 AS "place", CAST('PHONE' AS VARCHAR(32)) AS "name", 2 AS "old_place" UNION ALL SELECT 3 AS "place", CAST('CITY' AS VARCHAR(32)) AS "name", 3 AS "old_place") AS "f"
  CROSS JOIN "patterns" AS "p"
  GROUP BY
    "f"."name"
), "emptied" AS (
  SELECT
    MIN("m"."name") AS "name"
  FROM "marks" AS "m"
  CROSS JOIN "known" AS "k"
  WHERE
    "k"."before_keys" >= 20
    AND CAST(100.0 * "m"."before_given" AS DOUBLE PRECISION) / "k"."before_keys" - CASE
      WHEN "k"."now_keys" = 0
      THEN 0
      ELSE CAST(100.0 * "m"."now_given" AS DOUBLE PRECISION) / "k"."now_keys"
    END > 50
)
SELECT
  "t"."started_at",
  CAST(SYSDATE AS TIMESTAMP WITH TIME ZONE),
  "t"."baseline_run_id",
  "t"."config_hash",
  "t"."statement_version",
  "t"."engine",
  (
    SELECT
      COUNT(DISTINCT "x"."digest")
    FROM "wsync"."suppressed" AS "x"
    WHERE
      "x"."connection_id" = 'people'
  ),
  "t"."source_columns",
  "k"."source_rows",
  "k"."changed_rows",
  "k"."changed_keys",
  CASE
    WHEN "s"."baseline_run_id" <> "t"."baseline_run_id"
    OR "k"."oldest" <> "t"."baseline_run_id"
    OR "k"."newest" <> "t"."baseline_run_id"
    THEN 'baseline_moved'
    WHEN "k"."now_keys" = 0 AND "k"."members" > 0
    THEN 'empty_source'
    WHEN "k"."deleted" > 0
    AND NOT "k"."null_keys" <= LEAST(
      CAST(1 * "k"."source_rows" AS DOUBLE PRECISION) / 100.0,
      100
    )
    THEN 'null_keys'
    WHEN NOT "e"."name" IS NULL
    THEN 'emptied: ' || "e"."name"
    ELSE 'ready'
  END
FROM "wsync"."task_marker_people" AS "t"
JOIN "wsync"."syncs" AS "s"
  ON "s"."connection_id" = 'people'
CROSS JOIN "known" AS "k"
CROSS JOIN "emptied" AS "e"
WHERE
  "t"."verdict" = 'preparing'
