UPDATE "wsync"."runs" SET "null_key_rows" = (
  SELECT
    COUNT(*)
  FROM "wsync"."changes_people_20261122090000abcd" AS "c"
  WHERE
    "c"."problem" = 'null_key'
), "surplus_copies" = (
  SELECT
    COALESCE(SUM("c"."copies" - 1), 0)
  FROM "wsync"."changes_people_20261122090000abcd" AS "c"
  WHERE
    "c"."copies" > 1
), "keys_present" = (
  SELECT
    COUNT(*)
  FROM "wsync"."snapshot_people_20261122090000abcd" AS "s"
  WHERE
    "s"."operation" <> 'delete'
), "source_rows" = (
  SELECT
    COUNT(*)
  FROM "wsync"."snapshot_people_20261122090000abcd" AS "s"
  WHERE
    "s"."operation" <> 'delete'
) + (
  SELECT
    COUNT(*)
  FROM "wsync"."changes_people_20261122090000abcd" AS "c"
  WHERE
    "c"."problem" = 'null_key'
) + (
  SELECT
    COALESCE(SUM("c"."copies" - 1), 0)
  FROM "wsync"."changes_people_20261122090000abcd" AS "c"
  WHERE
    "c"."copies" > 1
), "inserted_keys" = (
  SELECT
    COUNT(*)
  FROM "wsync"."snapshot_people_20261122090000abcd" AS "s"
  WHERE
    "s"."operation" = 'insert'
), "updated_keys" = (
  SELECT
    COUNT(*)
  FROM "wsync"."snapshot_people_20261122090000abcd" AS "s"
  WHERE
    "s"."operation" = 'update'
), "deleted_keys" = (
  SELECT
    COUNT(*)
  FROM "wsync"."snapshot_people_20261122090000abcd" AS "s"
  WHERE
    "s"."operation" = 'delete'
), "unchanged_keys" = (
  SELECT
    COUNT(*)
  FROM "wsync"."snapshot_people_20261122090000abcd" AS "s"
  WHERE
    "s"."operation" = 'unchanged'
), "held_keys" = (
  SELECT
    COUNT(*)
  FROM "wsync"."snapshot_people_20261122090000abcd" AS "s"
  WHERE
    "s"."operation" = 'held' AND NOT "s"."identity" IS NULL
), "refused_keys" = (
  SELECT
    COUNT(*)
  FROM "wsync"."snapshot_people_20261122090000abcd" AS "s"
  WHERE
    "s"."operation" = 'held' AND "s"."identity" IS NULL
), "invalid_rows" = (
  SELECT
    COUNT(*)
  FROM "wsync"."prepared_people_20261122090000abcd" AS "p"
  WHERE
    NOT "p"."error_code" IN ('suppressed', 'consent_denied')
), "members" = (
  SELECT
    COUNT(*)
  FROM "wsync"."mirror_people" AS "m"
)
WHERE
  "connection_id" = 'people' AND "sync_run_id" = '20261122090000abcd'
