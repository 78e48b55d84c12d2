-- The table that verdicts are loaded into when the platform was asked for them.
-- reads: nothing; writes: polled_<sync>_<run>
create table polled (
  reference text not null,
  status text not null,
  error_code text,
  error_reason text
)
