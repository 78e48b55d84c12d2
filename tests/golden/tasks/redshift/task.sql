-- wsync: prepares the changes of sync people; the next run takes them over.
-- It works from the first settled run of the sync on, and may be cut off anywhere and run again.
-- Compile it anew when the configuration, the source's columns or wsync's version change.
-- Give it to the query scheduler (query editor v2, Schedule), or to an EventBridge rule with these parameters:
-- Name and RedshiftDataParameters.StatementName: QS2-task-people
-- ScheduleExpression: cron(47 * * * ? *)
-- RedshiftDataParameters.Sqls: the 15 statements below, in order; Database and DbUser or
-- SecretManagerArn: those that wsync runs as

SET timezone TO 'UTC';
SET datestyle TO 'ISO, YMD';
SET extra_float_digits TO 2;
CREATE TABLE IF NOT EXISTS "wsync"."task_marker_people" (
  "started_at" TIMESTAMP WITH TIME ZONE NOT NULL,
  "prepared_at" TIMESTAMP WITH TIME ZONE,
  "baseline_run_id" VARCHAR(65535),
  "config_hash" VARCHAR(65535) NOT NULL,
  "statement_version" VARCHAR(65535) NOT NULL,
  "engine" VARCHAR(65535) NOT NULL,
  "suppressions" BIGINT,
  "source_columns" VARCHAR(65535) NOT NULL,
  "source_rows" BIGINT,
  "changed_rows" BIGINT,
  "changed_keys" BIGINT,
  "verdict" VARCHAR(65535) NOT NULL
);
DELETE FROM "wsync"."task_marker_people"
WHERE
  NOT "verdict" IS NULL;
INSERT INTO "wsync"."task_marker_people" (
  "started_at",
  "baseline_run_id",
  "config_hash",
  "statement_version",
  "engine",
  "source_columns",
  "verdict"
)
SELECT
  CAST(SYSDATE AS TIMESTAMP WITH TIME ZONE),
  "s"."baseline_run_id",
  '20303679af2962f25e2a320d3cb6b65c',
  '697ae71b64086cf0',
  CAST('redshift' AS VARCHAR(32)),
  '[["id", "BIGINT", "integer"], ["email", "VARCHAR", "text"], ["phone", "VARCHAR", "text"], ["city", "VARCHAR", "text"]]',
  CAST(CASE WHEN "s"."baseline_run_id" IS NULL THEN 'no_baseline' ELSE 'preparing' END AS VARCHAR(32))
FROM "wsync"."syncs" AS "s"
WHERE
  "s"."connection_id" = 'people';
DROP TABLE IF EXISTS "wsync"."task_changes_people";
DROP TABLE IF EXISTS "wsync"."task_source_rows_people";
CREATE TABLE "wsync"."task_source_rows_people"
DISTSTYLE KEY
DISTKEY("primary_key") AS
SELECT
  "id" AS "primary_key",
  FNV_HASH(
    CASE WHEN "city" IS NULL THEN CAST(0 AS BIGINT) ELSE FNV_HASH("city") END,
    FNV_HASH(
      CASE WHEN "phone" IS NULL THEN CAST(0 AS BIGINT) ELSE FNV_HASH("phone") END,
      CASE WHEN "email" IS NULL THEN CAST(0 AS BIGINT) ELSE FNV_HASH("email") END
    )
  ) AS "fingerprint",
  "email" AS "column_1",
  "phone" AS "column_2",
  "city" AS "column_3"
FROM "main"."people";
CREATE TABLE "wsync"."task_changes_people"
DISTSTYLE KEY
DISTKEY("primary_key") AS
WITH "repeated" AS (
  SELECT
    "s"."primary_key"
  FROM "wsync"."task_source_rows_people" AS "s"
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
  FROM "wsync"."task_source_rows_people" AS "s"
  LEFT JOIN (
    SELECT DISTINCT
      "r"."primary_key" AS "member"
    FROM "repeated" AS "r"
  ) AS "among_1"
    ON "among_1"."member" = "s"."primary_key"
  WHERE
    NOT "among_1"."member" IS NULL
), "joined" AS (
  SELECT
    "s"."primary_key",
    "s"."fingerprint",
    CASE WHEN NOT "s"."fingerprint" IS NULL THEN 1 END AS "copies",
    CAST(NULL AS VARCHAR(32)) AS "problem",
    "s"."column_1",
    "s"."column_2",
    "s"."column_3",
    "b"."primary_key" AS "last_key",
    "b"."fingerprint" AS "last_fingerprint"
  FROM "wsync"."task_source_rows_people" AS "s"
  FULL JOIN (SELECT "primary_key", "fingerprint", "identity", "payload", "operation", "error_code", "filled", "email", "phone", "city" FROM "wsync"."baseline_people") AS "b"
    ON "b"."primary_key" = "s"."primary_key"
  LEFT JOIN (
    SELECT DISTINCT
      "r"."primary_key" AS "member"
    FROM "repeated" AS "r"
  ) AS "among_1"
    ON "among_1"."member" = "s"."primary_key"
  WHERE
    (
      "s"."fingerprint" IS NULL
      OR (
        "s"."fingerprint" <> "b"."fingerprint"
        OR (
          "s"."fingerprint" IS NULL AND NOT "b"."fingerprint" IS NULL
        )
        OR (
          NOT "s"."fingerprint" IS NULL AND "b"."fingerprint" IS NULL
        )
      )
      OR FALSE
    )
    AND (
      "s"."primary_key" IS NULL OR "among_1"."member" IS NULL
    )
  UNION ALL
  SELECT
    "f"."primary_key",
    "f"."fingerprint",
    "f"."copies",
    CAST(CASE WHEN "f"."fingerprint" < "f"."last_fingerprint" THEN 'duplicate_key' END AS VARCHAR(32)) AS "problem",
    "f"."column_1",
    "f"."column_2",
    "f"."column_3",
    "b"."primary_key" AS "last_key",
    "b"."fingerprint" AS "last_fingerprint"
  FROM "first_copies" AS "f"
  LEFT JOIN (SELECT "primary_key", "fingerprint", "identity", "payload", "operation", "error_code", "filled", "email", "phone", "city" FROM "wsync"."baseline_people") AS "b"
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
  CAST(CASE
    WHEN "j"."copies" IS NULL
    THEN 'delete'
    WHEN "j"."last_key" IS NULL
    THEN 'insert'
    WHEN "j"."problem" IS NULL
    AND "j"."fingerprint" = "j"."last_fingerprint"
    AND NOT FALSE
    THEN 'unchanged'
    ELSE 'update'
  END AS VARCHAR(32)) AS "operation",
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
LEFT JOIN (SELECT "primary_key", "fingerprint", "identity", "payload", "operation", "error_code", "filled", "email", "phone", "city" FROM "wsync"."baseline_people") AS "b"
  ON "b"."primary_key" = "j"."last_key"
WHERE
  NULL IS NULL
  OR CAST(COALESCE("j"."primary_key", "j"."last_key") AS VARCHAR(65535)) = NULL;
DROP TABLE IF EXISTS "wsync"."task_source_rows_people";
DELETE FROM "wsync"."sync_log"
WHERE
  "connection_id" = 'people' AND "logged_at" < CAST(SYSDATE AS TIMESTAMP WITH TIME ZONE) - INTERVAL '7 DAY';
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
      CAST(CASE WHEN c.column_1 IS NULL OR TRIM(c.column_1) = '' THEN '.' ELSE '+' END || CASE WHEN c.column_2 IS NULL OR TRIM(c.column_2) = '' THEN '.' ELSE '+' END || CASE WHEN c.column_3 IS NULL OR TRIM(c.column_3) = '' THEN '.' ELSE '+' END AS VARCHAR(65535)) AS "filled"
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
    END > 1000000000000000
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
    WHEN "k"."now_keys" = 0 AND "k"."members" > 1000000000000000
    THEN 'empty_source'
    WHEN "k"."deleted" > 0
    AND NOT "k"."null_keys" <= LEAST(
      CAST(1000000000000000 * "k"."source_rows" AS DOUBLE PRECISION) / 100.0,
      1000000000000000
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
  "t"."verdict" = 'preparing';
DELETE FROM "wsync"."task_changes_people"
WHERE
  EXISTS(
    SELECT
      1
    FROM "wsync"."task_marker_people" AS "m"
    WHERE
      NOT "m"."verdict" IN ('ready', 'preparing')
  );
DELETE FROM "wsync"."task_marker_people"
WHERE
  "verdict" = 'preparing';
