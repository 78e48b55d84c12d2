WITH "counted" AS (
  SELECT
    MAX("keys_present") AS "keys_present",
    MAX("source_rows") AS "source_rows",
    MAX("null_key_rows") AS "null_key_rows",
    MAX("members") AS "members"
  FROM "wsync"."runs"
  WHERE
    "connection_id" = 'people' AND "sync_run_id" = '20261122090000abcd'
), "r" AS (
  SELECT
    "counted".*,
    CASE
      WHEN NOT "members" IS NULL
      THEN GREATEST(CAST(20 * "members" AS DOUBLE PRECISION) / 100.0, 10)
    END AS "removals_allowed",
    CASE
      WHEN NOT "members" IS NULL
      THEN GREATEST(CAST(50 * "members" AS DOUBLE PRECISION) / 100.0, 10)
    END AS "rekeys_allowed",
    CASE
      WHEN NOT "source_rows" IS NULL
      THEN LEAST(
        CAST(1 * "source_rows" AS DOUBLE PRECISION) / 100.0,
        100
      )
    END AS "null_keys_allowed",
    CASE
      WHEN "keys_present" > 0 AND NOT "members" IS NULL
      THEN 0
      WHEN "keys_present" = 0
      THEN "members"
    END AS "members_of_nobody"
  FROM "counted"
), "removals" AS (
  SELECT
    COALESCE(SUM(CASE WHEN "p"."reason" IN ('gone', 'cleared') THEN 1 ELSE 0 END), 0) AS "lost",
    COALESCE(SUM(CASE WHEN "p"."reason" = 'rekeyed' THEN 1 ELSE 0 END), 0) AS "rekeyed",
    COUNT(*) AS "every_one"
  FROM "wsync"."plan_people_20261122090000abcd" AS "p"
  WHERE
    "p"."operation" = 'delete'
    AND "p"."reason" IN ('gone', 'cleared', 'rekeyed', 'suppressed')
    AND COALESCE("p"."old_action", 'add') <> 'remove'
), "patterns" AS (
  SELECT
    CAST('now' AS VARCHAR(32)) AS "side",
    "s"."filled",
    COUNT(*) AS "n"
  FROM "wsync"."snapshot_people_20261122090000abcd" AS "s"
  WHERE
    "s"."operation" <> 'delete'
  GROUP BY
    "s"."filled"
  UNION ALL
  SELECT
    CAST('before' AS VARCHAR(32)) AS "side",
    "b"."filled",
    COUNT(*) AS "n"
  FROM (SELECT "primary_key", "fingerprint", "identity", "payload", "operation", "error_code", "filled", "email", "phone", CAST(NULL AS VARCHAR) AS "city" FROM "wsync"."snapshot_people_20261121090000abcd" WHERE "operation" <> 'delete') AS "b"
  GROUP BY
    "b"."filled"
  UNION ALL
  SELECT
    CAST(CASE
      WHEN COALESCE("p"."error_code", 'suppressed') IN ('suppressed', 'consent_denied')
      THEN 'ready'
      ELSE 'refused'
    END AS VARCHAR(32)) AS "side",
    "p"."filled",
    COUNT(*) AS "n"
  FROM "wsync"."prepared_people_20261122090000abcd" AS "p"
  LEFT JOIN "wsync"."changes_people_20261122090000abcd" AS "c"
    ON "c"."primary_key" = "p"."primary_key"
  WHERE
    "c"."last_error_code" IS NULL
  GROUP BY
    CASE
      WHEN COALESCE("p"."error_code", 'suppressed') IN ('suppressed', 'consent_denied')
      THEN 'ready'
      ELSE 'refused'
    END,
    "p"."filled"
), "rows_of" AS (
  SELECT
    COALESCE(SUM(CASE WHEN "side" = 'now' THEN "n" ELSE 0 END), 0) AS "now_rows",
    COALESCE(SUM(CASE WHEN "side" = 'before' THEN "n" ELSE 0 END), 0) AS "before_rows",
    COALESCE(SUM(CASE WHEN "side" IN ('ready', 'refused') THEN "n" ELSE 0 END), 0) AS "prepared_rows",
    COALESCE(SUM(CASE WHEN "side" = 'refused' THEN "n" ELSE 0 END), 0) AS "refused_rows"
  FROM "patterns"
), "marks" AS (
  SELECT
    "f"."place",
    "f"."name",
    COALESCE(
      SUM(
        CASE
          WHEN "x"."side" IN ('ready', 'refused')
          AND SUBSTRING("x"."filled" FROM "f"."place" FOR 1) = '!'
          THEN "x"."n"
          ELSE 0
        END
      ),
      0
    ) AS "invalid",
    COALESCE(
      SUM(
        CASE
          WHEN "x"."side" IN ('ready', 'refused')
          AND SUBSTRING("x"."filled" FROM "f"."place" FOR 1) IN ('+', '!')
          THEN "x"."n"
          ELSE 0
        END
      ),
      0
    ) AS "given",
    COALESCE(
      SUM(
        CASE
          WHEN "x"."side" = 'now'
          AND SUBSTRING("x"."filled" FROM "f"."place" FOR 1) IN ('+', '!')
          THEN "x"."n"
          ELSE 0
        END
      ),
      0
    ) AS "now_given",
    COALESCE(
      SUM(
        CASE
          WHEN "x"."side" = 'before'
          AND SUBSTRING("x"."filled" FROM "f"."old_place" FOR 1) IN ('+', '!')
          THEN "x"."n"
          ELSE 0
        END
      ),
      0
    ) AS "before_given"
  FROM (SELECT 1 AS "place", CAST('EMAIL' AS VARCHAR(32)) AS "name", 1 AS "old_place" UNION ALL SELECT 2 AS "place", CAST('PHONE' AS VARCHAR(32)) AS "name", 2 AS "old_place" UNION ALL SELECT 3 AS "place", CAST('CITY' AS VARCHAR(32)) AS "name", 3 AS "old_place") AS "f"
  CROSS JOIN "patterns" AS "x"
  GROUP BY
    "f"."place",
    "f"."name"
), "found" AS (
  SELECT
    1 AS "place",
    CAST('empty_source' AS VARCHAR(32)) AS "guard",
    "members_of_nobody" AS "found",
    0 AS "allowed"
  FROM "r"
  UNION ALL
  SELECT
    2,
    CAST('removals' AS VARCHAR(32)),
    "lost",
    "removals_allowed"
  FROM "removals"
  CROSS JOIN "r"
  UNION ALL
  SELECT
    3,
    CAST('rekeys' AS VARCHAR(32)),
    "rekeyed",
    "rekeys_allowed"
  FROM "removals"
  CROSS JOIN "r"
  UNION ALL
  SELECT
    4,
    CAST('configuration_change' AS VARCHAR(32)),
    CASE WHEN FALSE THEN "every_one" ELSE 0 END,
    0
  FROM "removals"
  UNION ALL
  SELECT
    5,
    CAST('null_keys' AS VARCHAR(32)),
    CASE WHEN "every_one" > 0 THEN "null_key_rows" ELSE 0 END,
    "null_keys_allowed"
  FROM "removals"
  CROSS JOIN "r"
  UNION ALL
  SELECT
    6,
    CAST('invalid_rows' AS VARCHAR(32)),
    "refused_rows",
    CASE
      WHEN "prepared_rows" >= 20
      THEN CAST(50 * "prepared_rows" AS DOUBLE PRECISION) / 100.0
      ELSE "prepared_rows"
    END
  FROM "rows_of"
  UNION ALL
  SELECT
    100 + "place",
    'invalid: ' || "name",
    "invalid",
    CASE
      WHEN "given" >= 20
      THEN CAST(50 * "given" AS DOUBLE PRECISION) / 100.0
      ELSE "given"
    END
  FROM "marks"
  UNION ALL
  SELECT
    200 + "m"."place",
    'emptied: ' || "m"."name",
    CASE
      WHEN "before_rows" < 20
      THEN 0
      ELSE CAST(100.0 * "before_given" AS DOUBLE PRECISION) / "before_rows" - CASE
        WHEN "now_rows" = 0
        THEN 0
        ELSE CAST(100.0 * "now_given" AS DOUBLE PRECISION) / "now_rows"
      END
    END,
    50
  FROM "marks" AS "m"
  CROSS JOIN "rows_of"
)
SELECT
  "guard",
  "found",
  "allowed",
  CASE WHEN "found" <= "allowed" THEN 0 ELSE 1 END AS "blocked"
FROM "found" AS "f"
ORDER BY
  "place"
