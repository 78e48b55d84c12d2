-- Salted digests of keys and identifier tokens that must never be sent again (`wsync forget`).
-- reads: nothing; writes: suppressed
create table if not exists suppressed (
  connection_id text not null,
  digest text not null
)
