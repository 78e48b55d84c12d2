-- The table that outcomes are appended to while pages are sent.
-- reads: nothing; writes: outcome_<sync>_<run>
create table outcome (
  page bigint not null,
  seq bigint,
  status text not null,
  error_code text,
  error_reason text,
  http_status integer,
  request_id text,
  reference text,
  received bigint,
  invalid bigint
)
