INSERT INTO "wsync"."operations_people_20261122090000abcd" (
  "identity",
  "primary_key",
  "prepared_key",
  "action",
  "operation",
  "step",
  "reason",
  "left_out",
  "page_group"
)
WITH "unanswered" AS (
  SELECT
    "m"."identity",
    "m"."identifier_1",
    "m"."identifier_2",
    "m"."identifier_3",
    "m"."identifier_4",
    "m"."identifier_5",
    "m"."identifier_6",
    "m"."identifier_7",
    "m"."identifier_8"
  FROM "wsync"."mirror_people" AS "m"
  WHERE
    "m"."state" IN ('accepted', 'leaving')
), "touched" AS (
  SELECT
    "t"."token"
  FROM (
    SELECT
      "identity",
      1 AS "bit",
      "identifier_1" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_1" IS NULL
    UNION ALL
    SELECT
      "identity",
      2 AS "bit",
      "identifier_2" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_2" IS NULL
    UNION ALL
    SELECT
      "identity",
      4 AS "bit",
      "identifier_3" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_3" IS NULL
    UNION ALL
    SELECT
      "identity",
      8 AS "bit",
      "identifier_4" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_4" IS NULL
    UNION ALL
    SELECT
      "identity",
      16 AS "bit",
      "identifier_5" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_5" IS NULL
    UNION ALL
    SELECT
      "identity",
      32 AS "bit",
      "identifier_6" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_6" IS NULL
    UNION ALL
    SELECT
      "identity",
      64 AS "bit",
      "identifier_7" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_7" IS NULL
    UNION ALL
    SELECT
      "identity",
      128 AS "bit",
      "identifier_8" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_8" IS NULL
  ) AS "t"
  JOIN "wsync"."leaving_people_20261122090000abcd" AS "l"
    ON "l"."identity" = "t"."identity"
  WHERE
    "l"."tokens_sent" > 0
), "known" AS (
  SELECT
    "t"."identity",
    "t"."token"
  FROM (
    SELECT
      "identity",
      1 AS "bit",
      "identifier_1" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_1" IS NULL
    UNION ALL
    SELECT
      "identity",
      2 AS "bit",
      "identifier_2" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_2" IS NULL
    UNION ALL
    SELECT
      "identity",
      4 AS "bit",
      "identifier_3" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_3" IS NULL
    UNION ALL
    SELECT
      "identity",
      8 AS "bit",
      "identifier_4" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_4" IS NULL
    UNION ALL
    SELECT
      "identity",
      16 AS "bit",
      "identifier_5" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_5" IS NULL
    UNION ALL
    SELECT
      "identity",
      32 AS "bit",
      "identifier_6" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_6" IS NULL
    UNION ALL
    SELECT
      "identity",
      64 AS "bit",
      "identifier_7" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_7" IS NULL
    UNION ALL
    SELECT
      "identity",
      128 AS "bit",
      "identifier_8" AS "token"
    FROM "wsync"."mirror_people"
    WHERE
      NOT "identifier_8" IS NULL
  ) AS "t"
  UNION ALL
  SELECT
    "t"."identity",
    "t"."token"
  FROM (
    SELECT
      "identity",
      1 AS "bit",
      "identifier_1" AS "token"
    FROM "wsync"."prepared_people_20261122090000abcd"
    WHERE
      NOT "identifier_1" IS NULL
    UNION ALL
    SELECT
      "identity",
      2 AS "bit",
      "identifier_2" AS "token"
    FROM "wsync"."prepared_people_20261122090000abcd"
    WHERE
      NOT "identifier_2" IS NULL
    UNION ALL
    SELECT
      "identity",
      4 AS "bit",
      "identifier_3" AS "token"
    FROM "wsync"."prepared_people_20261122090000abcd"
    WHERE
      NOT "identifier_3" IS NULL
    UNION ALL
    SELECT
      "identity",
      8 AS "bit",
      "identifier_4" AS "token"
    FROM "wsync"."prepared_people_20261122090000abcd"
    WHERE
      NOT "identifier_4" IS NULL
    UNION ALL
    SELECT
      "identity",
      16 AS "bit",
      "identifier_5" AS "token"
    FROM "wsync"."prepared_people_20261122090000abcd"
    WHERE
      NOT "identifier_5" IS NULL
    UNION ALL
    SELECT
      "identity",
      32 AS "bit",
      "identifier_6" AS "token"
    FROM "wsync"."prepared_people_20261122090000abcd"
    WHERE
      NOT "identifier_6" IS NULL
    UNION ALL
    SELECT
      "identity",
      64 AS "bit",
      "identifier_7" AS "token"
    FROM "wsync"."prepared_people_20261122090000abcd"
    WHERE
      NOT "identifier_7" IS NULL
    UNION ALL
    SELECT
      "identity",
      128 AS "bit",
      "identifier_8" AS "token"
    FROM "wsync"."prepared_people_20261122090000abcd"
    WHERE
      NOT "identifier_8" IS NULL
  ) AS "t"
  WHERE
    FALSE OR FALSE
), "linked" AS (
  SELECT DISTINCT
    "k"."identity"
  FROM "known" AS "k"
  LEFT JOIN (
    SELECT DISTINCT
      "t"."token" AS "member"
    FROM "touched" AS "t"
  ) AS "among_1"
    ON "among_1"."member" = "k"."token"
  WHERE
    NOT "among_1"."member" IS NULL
), "shielded" AS (
  SELECT DISTINCT
    "k"."identity"
  FROM "known" AS "k"
  LEFT JOIN (
    SELECT DISTINCT
      "u"."token" AS "member"
    FROM (
      SELECT
        "identity",
        1 AS "bit",
        "identifier_1" AS "token"
      FROM "unanswered"
      WHERE
        NOT "identifier_1" IS NULL
      UNION ALL
      SELECT
        "identity",
        2 AS "bit",
        "identifier_2" AS "token"
      FROM "unanswered"
      WHERE
        NOT "identifier_2" IS NULL
      UNION ALL
      SELECT
        "identity",
        4 AS "bit",
        "identifier_3" AS "token"
      FROM "unanswered"
      WHERE
        NOT "identifier_3" IS NULL
      UNION ALL
      SELECT
        "identity",
        8 AS "bit",
        "identifier_4" AS "token"
      FROM "unanswered"
      WHERE
        NOT "identifier_4" IS NULL
      UNION ALL
      SELECT
        "identity",
        16 AS "bit",
        "identifier_5" AS "token"
      FROM "unanswered"
      WHERE
        NOT "identifier_5" IS NULL
      UNION ALL
      SELECT
        "identity",
        32 AS "bit",
        "identifier_6" AS "token"
      FROM "unanswered"
      WHERE
        NOT "identifier_6" IS NULL
      UNION ALL
      SELECT
        "identity",
        64 AS "bit",
        "identifier_7" AS "token"
      FROM "unanswered"
      WHERE
        NOT "identifier_7" IS NULL
      UNION ALL
      SELECT
        "identity",
        128 AS "bit",
        "identifier_8" AS "token"
      FROM "unanswered"
      WHERE
        NOT "identifier_8" IS NULL
    ) AS "u"
  ) AS "among_1"
    ON "among_1"."member" = "k"."token"
  WHERE
    FALSE AND NOT "among_1"."member" IS NULL
), "judged" AS (
  SELECT
    "w"."identity",
    COALESCE("w"."prepared_key", "w"."primary_key") AS "primary_key",
    "w"."prepared_key",
    CASE WHEN "p"."verdict" IS NULL THEN "m"."page_group" ELSE "p"."page_group" END AS "page_group",
    CASE WHEN "l"."identity" IS NULL THEN 0 ELSE 1 END AS "linked",
    CASE
      WHEN NOT "s"."identity" IS NULL
      OR "m"."state" IN ('accepted', 'leaving')
      OR (
        FALSE AND NOT "l"."identity" IS NULL
      )
      THEN 1
      ELSE 0
    END AS "shielded",
    CASE
      WHEN "m"."identity" IS NULL
      OR "p"."payload" <> "m"."payload"
      OR (
        "m"."state" = 'member' AND NOT "l"."identity" IS NULL
      )
      OR (
        "m"."state" = 'leaving' AND "m"."planned_action" <> 'wait'
      )
      THEN 1
      ELSE 0
    END AS "news",
    CAST(CASE
      WHEN FALSE
      THEN CASE WHEN "m"."identity" IS NULL THEN 'assumed' END
      WHEN "m"."identity" IS NULL AND "c"."last_identity" <> "w"."identity"
      THEN 'rekeyed'
      WHEN "m"."identity" IS NULL OR "m"."state" IN ('waiting', 'assumed', 'leaving')
      THEN 'new'
      WHEN "m"."state" = 'in_doubt' AND "m"."refused" = FALSE
      THEN 'recovered'
      WHEN "m"."state" IN ('rejected', 'in_doubt')
      AND (
        FALSE
        OR "p"."payload" <> "m"."payload"
        OR (
          TRUE AND "m"."retry_fence" <= 7
        )
      )
      THEN 'retried'
      WHEN "m"."state" = 'accepted'
      OR (
        "m"."state" = 'member'
        AND COALESCE("p"."payload", "m"."payload") <> "m"."payload_acknowledged"
      )
      THEN 'changed'
      WHEN "m"."state" = 'member' AND NOT "l"."identity" IS NULL
      THEN 'repaired'
      WHEN "m"."state" IN ('member', 'rejected', 'in_doubt')
      AND FALSE
      AND "w"."chosen" = 1
      THEN 'reasserted'
      WHEN "m"."state" = 'member' AND "m"."last_sent_at" < "z"."sent_before"
      THEN 'reasserted'
    END AS VARCHAR(32)) AS "reason"
  FROM "wsync"."wanted_people_20261122090000abcd" AS "w"
  LEFT JOIN "wsync"."mirror_people" AS "m"
    ON "m"."identity" = "w"."identity"
  LEFT JOIN "wsync"."prepared_people_20261122090000abcd" AS "p"
    ON CAST("p"."primary_key" AS VARCHAR(65535)) = "w"."prepared_key"
    AND "p"."verdict" = 'ready'
  LEFT JOIN "wsync"."changes_people_20261122090000abcd" AS "c"
    ON CAST("c"."primary_key" AS VARCHAR(65535)) = "w"."prepared_key"
  LEFT JOIN "linked" AS "l"
    ON "l"."identity" = "w"."identity"
  LEFT JOIN "shielded" AS "s"
    ON "s"."identity" = "w"."identity"
  LEFT JOIN (SELECT CAST('' AS VARCHAR(32)) AS "digit", CAST('1970-01-01 00:00:00+00:00' AS TIMESTAMP WITH TIME ZONE) AS "sent_before") AS "z"
    ON "z"."digit" = SUBSTRING(CAST("m"."identity" AS VARCHAR(32)) FROM 1 FOR 1)
  WHERE
    NULL IS NULL OR "w"."chosen" = 1 OR NOT "l"."identity" IS NULL
)
SELECT
  "j"."identity",
  "j"."primary_key",
  "j"."prepared_key",
  CASE
    WHEN "j"."reason" = 'assumed'
    THEN 'assume'
    WHEN "j"."shielded" = 1
    THEN 'wait'
    WHEN "j"."reason" = 'changed'
    THEN 'add'
    ELSE 'add'
  END AS "action",
  CAST(CASE
    WHEN "j"."reason" = 'changed' AND NOT FALSE
    THEN 'update'
    ELSE 'insert'
  END AS VARCHAR(32)) AS "operation",
  CASE
    WHEN NOT FALSE
    THEN 1
    WHEN "j"."linked" = 1 OR (
      "j"."reason" = 'changed' AND FALSE
    )
    THEN 2
    ELSE 0
  END AS "step",
  "j"."reason",
  0 AS "left_out",
  "j"."page_group"
FROM "judged" AS "j"
WHERE
  NOT "j"."reason" IS NULL
  AND (
    "j"."reason" = 'assumed' OR "j"."shielded" = 0 OR "j"."news" = 1
  )
