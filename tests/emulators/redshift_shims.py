"""Redshift's SQL on PostgreSQL: what is put in its place, what is refused, and what nobody has seen run for real.

There is no Redshift to be had here. PostgreSQL 8.0, from which it came, is near enough to run its statements once a few
words are exchanged; what AWS documents as unsupported is refused, so that nothing passes only because PostgreSQL can do
it. Pages are docs.aws.amazon.com/redshift/latest/dg, read 2026-11-22.
"""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg import errors

FUNCTIONS = """
create function fnv_hash(value anyelement, seed bigint default 0) returns bigint language plpgsql immutable as $$
begin
  if value is null or seed is null then raise exception 'FNV_HASH of NULL: AWS does not say what it is'; end if;
  return hashtextextended(pg_typeof(value)::text || ':' || value::text, seed);
end $$;
create function sha2(value text, bits integer) returns text language sql immutable strict as $$
  select case when bits in (0, 256) then encode(sha256(convert_to(value, 'UTF8')), 'hex') else '' end $$;
create function another_transaction_won() returns void language plpgsql as $$
begin
  raise exception using errcode = 'XX000', message = '1023', detail = 'Serializable isolation violation on table - 1';
end $$;
create view svv_transactions as
  select pid from pg_stat_activity where state <> 'idle' and backend_type = 'client backend';
grant select on svv_transactions to public;
"""
"""Functions and system views that PostgreSQL lacks, and an error that only Redshift raises. They go to `public`, which
is in every test's search path."""

SHIMS: tuple[tuple[str, str, str], ...] = (
    (r"\bSYSDATE\b", "LOCALTIMESTAMP", "SYSDATE: the transaction's start, without a zone, in the session's"),
    (r"\b(DISTSTYLE (KEY|ALL|EVEN|AUTO)|(DIST|SORT)KEY\([^)]*\))", "", "where rows lie changes no result"),
    (r"\bVARBYTE(\(\d+\))?", "BYTEA", "only as a column that is refused"),
    (r"\bSUPER\b", "JSONB", "only as a column that is refused"),
    (
        r"^SET (query_group|describe_field_name_in_uppercase) TO",
        r"SET wsync_shim.\1 TO",
        "settings that PostgreSQL has not",
    ),
)
"""What is exchanged outside literals and names: a pattern, what stands there for PostgreSQL, and why that will do."""

REFUSED: tuple[tuple[str, str], ...] = (
    (r"\bIS (NOT )?DISTINCT FROM\b", "c_unsupported-postgresql-functions"),
    (r"\bCURRENT_TIMESTAMP\b|\bNOW\(\)", "c_SQL_functions_leader_node_only"),
    (r"\bCLOCK_TIMESTAMP\b|\bSTRING_AGG\b|\bARRAY_AGG\b|\bGENERATE_SERIES\b|\bENCODE\(|\bCONVERT_TO\(|\bFORMAT\(",
     "c_unsupported-postgresql-functions"),
    (r"\bUUID\b|\bTEXT\b|\bJSONB?\b|\bBYTEA\b", "c_unsupported-postgresql-datatypes; TEXT would have 256 bytes"),
    (r"\bVARCHAR\b(?!\()", "r_Character_types: VARCHAR without a length has 256 bytes"),
    (r"\bCONCAT_WS\b|\bON CONFLICT\b|\bRETURNING\b|\bLATERAL\b|\bFILTER \(|\bCREATE (UNIQUE )?INDEX\b",
     "c_unsupported-postgresql-features"),
    (r"\bTRUNCATE\b", "r_TRUNCATE: it commits what is open"),
    (r"\b(SUM|COUNT|MIN|MAX)\([^()]*\) OVER \([^()]*ORDER BY(?![^()]*ROWS)", "r_Window_function_synopsis: no frame"),
    (r"\bMATERIALIZED\b", "r_WITH_clause"),
    (r"\bQUALIFY\b", "ours: no statement needs it"),
    (r"\bE'", "c_redshift-and-postgres-sql: PostgreSQL 8.0 has no E'…'"),
    (r"\bSAVEPOINT\b|\bDEALLOCATE\b|\bPREPARE\b|\bDECLARE\b", "sessions of this adapter use none"),
)  # fmt: skip
"""What Redshift would refuse, or the adapter must not use, and where that is said."""

NOT_SHOWN = {
    "FNV_HASH": "gives other numbers here; only equal and unequal are tested",
    "blanks": "Redshift ignores blanks at the end of a VARCHAR when it compares: keys 'a' and 'a ' are one there",
    "bytes": "VARCHAR(n) counts bytes there and characters here; a text over 65,535 bytes is only refused there",
    "booleans": "a cast of a boolean to VARCHAR fails there; here it would pass, so golden SQL is the test",
    "subqueries": "what Redshift cannot turn into a join it refuses; here everything runs, so golden SQL is the test",
    "unknown": "an untyped literal as a column is trouble there; here it is text",
    "isolation": "SERIALIZABLE or SNAPSHOT with table locks there, READ COMMITTED with row locks here: error 1023 is "
    "raised by hand",
    "COPY": "reads S3 there and cannot be run here: its text is golden, its upload runs against botocore's stub",
    "IAM": "credentials come from botocore's stub",
    "names": "ASCII letters of quoted names are folded to lower case there, unless enable_case_sensitive_identifier is "
    "set; here they are kept",
}
"""What these tests cannot show of Redshift."""

PARTS = re.compile(r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*\"""", re.DOTALL)


def for_postgres(sql: str) -> str:
    """A statement for Redshift as one for PostgreSQL. Raises `NotSupportedError` for what Redshift would refuse."""
    parts: list[str] = []

    def out(part: re.Match[str]) -> str:
        parts.append(part[0])
        return f"{part[0][0]}{len(parts) - 1}{part[0][0]}"

    bare = PARTS.sub(out, sql)
    for pattern, where in REFUSED:
        if re.search(pattern, bare, re.IGNORECASE):
            raise errors.FeatureNotSupported(f"Redshift would refuse this: {where}")
    for pattern, put, _why in SHIMS:
        bare = re.sub(pattern, put, bare)
    return PARTS.sub(lambda part: parts[int(part[0][1:-1])], bare)


class ShimmedCursor(psycopg.ClientCursor[Any]):
    """A cursor that sends Redshift's SQL to PostgreSQL."""

    def execute(self, query: Any, params: Any = None, **told: Any) -> Any:
        return super().execute(for_postgres(bytes(query).decode()).encode(), params, **told)

    def stream(self, query: Any, params: Any = None, **told: Any) -> Any:
        return super().stream(for_postgres(bytes(query).decode()).encode(), params, **told)


def shimmed(connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """The connection as if it led to Redshift: a backslash escapes in every literal, as there."""
    with connection.cursor() as plain:
        for setting in ("standard_conforming_strings = off", "escape_string_warning = off", "backslash_quote = on"):
            plain.execute(f"set {setting}".encode())
    connection.cursor_factory = ShimmedCursor
    return connection
