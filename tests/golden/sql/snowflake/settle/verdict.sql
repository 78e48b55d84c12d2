CREATE TRANSIENT TABLE "WSYNC"."VERDICT_PEOPLE_20261122090000ABCD"
DATA_RETENTION_TIME_IN_DAYS=0 AS
WITH "OWN" AS (
  SELECT
    "O"."SEQ",
    CASE
      WHEN MIN("O"."STATUS") = MAX("O"."STATUS")
      THEN MIN("O"."STATUS")
      ELSE 'in_doubt'
    END AS "STATUS",
    MAX("O"."ERROR_CODE") AS "ERROR_CODE",
    MAX("O"."ERROR_REASON") AS "ERROR_REASON",
    MAX("O"."HTTP_STATUS") AS "HTTP_STATUS",
    MAX("O"."REQUEST_ID") AS "REQUEST_ID",
    MAX("O"."REFERENCE") AS "REFERENCE"
  FROM "WSYNC"."OUTCOME_PEOPLE_20261122090000ABCD" AS "O"
  WHERE
    NOT "O"."SEQ" IS NULL
  GROUP BY
    "O"."SEQ"
), "PAGED" AS (
  SELECT
    "O"."PAGE",
    CASE
      WHEN MIN("O"."STATUS") = MAX("O"."STATUS")
      THEN MIN("O"."STATUS")
      ELSE 'in_doubt'
    END AS "STATUS",
    MAX("O"."ERROR_CODE") AS "ERROR_CODE",
    MAX("O"."ERROR_REASON") AS "ERROR_REASON",
    MAX("O"."HTTP_STATUS") AS "HTTP_STATUS",
    MAX("O"."REQUEST_ID") AS "REQUEST_ID",
    MAX("O"."REFERENCE") AS "REFERENCE"
  FROM "WSYNC"."OUTCOME_PEOPLE_20261122090000ABCD" AS "O"
  WHERE
    "O"."SEQ" IS NULL
  GROUP BY
    "O"."PAGE"
), "JUDGED" AS (
  SELECT
    "P"."SEQ",
    "P"."PAGE",
    "P"."IDENTITY",
    "P"."PRIMARY_KEY",
    "P"."ACTION",
    "P"."OPERATION",
    "P"."REASON",
    "P"."FIELD_NOTES",
    "P"."OLD_STATE",
    "P"."ATTEMPTS",
    CASE
      WHEN "P"."PAGE" IS NULL
      THEN 'skipped'
      ELSE COALESCE("OWN"."STATUS", "PAGED"."STATUS", 'aborted')
    END AS "STATUS",
    CASE
      WHEN "P"."ACTION" = 'drop'
      THEN 'shared_identifier'
      WHEN NOT "OWN"."SEQ" IS NULL
      THEN "OWN"."ERROR_CODE"
      ELSE "PAGED"."ERROR_CODE"
    END AS "ERROR_CODE",
    CASE
      WHEN "P"."ACTION" = 'drop'
      THEN 'Every identifier of this row is still wanted by another row; nothing was sent.'
      WHEN NOT "OWN"."SEQ" IS NULL
      THEN "OWN"."ERROR_REASON"
      ELSE "PAGED"."ERROR_REASON"
    END AS "ERROR_REASON",
    CASE
      WHEN NOT "OWN"."SEQ" IS NULL
      THEN "OWN"."HTTP_STATUS"
      ELSE "PAGED"."HTTP_STATUS"
    END AS "HTTP_STATUS",
    CASE
      WHEN NOT "OWN"."SEQ" IS NULL
      THEN "OWN"."REQUEST_ID"
      ELSE "PAGED"."REQUEST_ID"
    END AS "REQUEST_ID",
    CASE
      WHEN NOT "OWN"."SEQ" IS NULL
      THEN "OWN"."REFERENCE"
      ELSE "PAGED"."REFERENCE"
    END AS "REFERENCE"
  FROM "WSYNC"."PLAN_PEOPLE_20261122090000ABCD" AS "P"
  LEFT JOIN "OWN"
    ON "OWN"."SEQ" = "P"."SEQ"
  LEFT JOIN "PAGED"
    ON "PAGED"."PAGE" = "P"."PAGE"
)
SELECT
  "J".*,
  CASE
    WHEN "J"."ACTION" = 'drop'
    THEN 'gone'
    WHEN "J"."ACTION" = 'assume'
    THEN 'assumed'
    WHEN "J"."ACTION" = 'wait'
    AND (
      "J"."OLD_STATE" IS NULL OR "J"."OLD_STATE" = 'rejected'
    )
    THEN 'waiting'
    WHEN "J"."ACTION" = 'wait' AND "J"."REASON" = 'repaired'
    THEN 'in_doubt'
    WHEN "J"."ACTION" = 'wait'
    THEN "J"."OLD_STATE"
    WHEN "J"."ACTION" = 'remove'
    AND NOT "J"."REASON" IN ('gone', 'cleared', 'rekeyed', 'suppressed')
    THEN 'gone'
    WHEN "J"."ACTION" = 'remove' AND "J"."STATUS" = 'succeeded'
    THEN 'gone'
    WHEN "J"."ACTION" = 'remove' AND "J"."STATUS" = 'accepted'
    THEN 'leaving'
    WHEN "J"."ACTION" = 'remove'
    THEN 'in_doubt'
    WHEN "J"."STATUS" = 'succeeded'
    THEN 'member'
    WHEN "J"."STATUS" = 'accepted'
    THEN 'accepted'
    WHEN "J"."STATUS" = 'failed'
    AND (
      "J"."OLD_STATE" IS NULL OR "J"."OLD_STATE" IN ('waiting', 'rejected')
    )
    THEN 'rejected'
    ELSE 'in_doubt'
  END AS "STATE"
FROM "JUDGED" AS "J"
