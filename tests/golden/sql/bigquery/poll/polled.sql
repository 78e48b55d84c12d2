CREATE TABLE `wsync`.`polled_people_20261122090000abcd` (
  `reference` STRING NOT NULL,
  `status` STRING NOT NULL,
  `error_code` STRING,
  `error_reason` STRING
)
