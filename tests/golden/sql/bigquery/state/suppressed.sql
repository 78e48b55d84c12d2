CREATE TABLE IF NOT EXISTS `wsync`.`suppressed` (
  `connection_id` STRING NOT NULL,
  `digest` STRING NOT NULL
)
