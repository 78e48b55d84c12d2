WITH "theirs" AS (
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
  LEFT JOIN (
    SELECT DISTINCT
      "b"."identity" AS "member"
    FROM (SELECT "primary_key", "fingerprint", "identity", "payload", "operation", "error_code", "filled", "email", "phone", CAST(NULL AS VARCHAR) AS "city" FROM "wsync"."snapshot_people_20261121090000abcd" WHERE "operation" <> 'delete') AS "b"
    WHERE
      CAST("b"."primary_key" AS VARCHAR(65535)) = NULL
  ) AS "among_1"
    ON "among_1"."member" = "m"."identity"
  WHERE
    "m"."primary_key" = NULL OR NOT "among_1"."member" IS NULL
), "others" AS (
  SELECT
    "b"."identity"
  FROM (SELECT "primary_key", "fingerprint", "identity", "payload", "operation", "error_code", "filled", "email", "phone", CAST(NULL AS VARCHAR) AS "city" FROM "wsync"."snapshot_people_20261121090000abcd" WHERE "operation" <> 'delete') AS "b"
  WHERE
    CAST("b"."primary_key" AS VARCHAR(65535)) <> NULL AND NOT "b"."identity" IS NULL
)
SELECT DISTINCT
  CAST("t"."token" AS VARCHAR(32)) AS "token"
FROM (
  SELECT
    "identity",
    1 AS "bit",
    "identifier_1" AS "token"
  FROM "theirs"
  WHERE
    NOT "identifier_1" IS NULL
  UNION ALL
  SELECT
    "identity",
    2 AS "bit",
    "identifier_2" AS "token"
  FROM "theirs"
  WHERE
    NOT "identifier_2" IS NULL
  UNION ALL
  SELECT
    "identity",
    4 AS "bit",
    "identifier_3" AS "token"
  FROM "theirs"
  WHERE
    NOT "identifier_3" IS NULL
  UNION ALL
  SELECT
    "identity",
    8 AS "bit",
    "identifier_4" AS "token"
  FROM "theirs"
  WHERE
    NOT "identifier_4" IS NULL
  UNION ALL
  SELECT
    "identity",
    16 AS "bit",
    "identifier_5" AS "token"
  FROM "theirs"
  WHERE
    NOT "identifier_5" IS NULL
  UNION ALL
  SELECT
    "identity",
    32 AS "bit",
    "identifier_6" AS "token"
  FROM "theirs"
  WHERE
    NOT "identifier_6" IS NULL
  UNION ALL
  SELECT
    "identity",
    64 AS "bit",
    "identifier_7" AS "token"
  FROM "theirs"
  WHERE
    NOT "identifier_7" IS NULL
  UNION ALL
  SELECT
    "identity",
    128 AS "bit",
    "identifier_8" AS "token"
  FROM "theirs"
  WHERE
    NOT "identifier_8" IS NULL
) AS "t"
LEFT JOIN (
  SELECT DISTINCT
    "o"."token" AS "member"
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
  ) AS "o"
  LEFT JOIN (
    SELECT DISTINCT
      "x"."identity" AS "member"
    FROM "others" AS "x"
  ) AS "among_1"
    ON "among_1"."member" = "o"."identity"
  WHERE
    NOT "among_1"."member" IS NULL
) AS "among_1"
  ON "among_1"."member" = "t"."token"
WHERE
  "among_1"."member" IS NULL
