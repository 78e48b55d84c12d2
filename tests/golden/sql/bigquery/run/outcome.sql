CREATE TABLE `wsync`.`outcome_people_20261122090000abcd` (
  `page` INT64 NOT NULL,
  `seq` INT64,
  `status` STRING NOT NULL,
  `error_code` STRING,
  `error_reason` STRING,
  `http_status` INT64,
  `request_id` STRING,
  `reference` STRING,
  `received` INT64,
  `invalid` INT64
)
