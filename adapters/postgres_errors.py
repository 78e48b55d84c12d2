"""PostgreSQL's errors as ours, by SQLSTATE (postgresql.org/docs/18/errcodes-appendix.html, read 2026-11-22).

A server's text is only repeated where it speaks of names: DETAIL lines and conversion errors quote data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from warehouse_sync.errors import AlreadyExists, AnswerLost, WarehouseBusy, WarehouseError

if TYPE_CHECKING:
    import psycopg

BUSY = {
    "40001": "conflict",  # serialisation
    "40P01": "locked",  # deadlock
    "55P03": "locked",  # lock_timeout
    "55006": "locked",  # object in use
    "XX000": "conflict",  # only as CHANGED
}
CHANGED = re.compile("tuple concurrently (updated|deleted)")
CATALOG_RACE = re.compile("pg_(class|namespace|type|index|constraint)_")
"""Unique indexes of the catalogue: two sessions make the same schema, table or type at once."""

STATES: tuple[tuple[str, str, str], ...] = (
    ("28", "credentials", "the server refuses this user or password"),
    ("3D000", "missing", "there is no such database"),
    ("25006", "connection", "the server or this session only reads: connect to the primary, for example with "
                            "target_session_attrs=read-write in warehouse.dsn"),
    ("57014", "timeout", "it was cancelled: by statement_timeout, or by an administrator"),
    ("53100", "disk_full", "the server's disk is full; free space and run again: nothing is lost"),
    ("53200", "memory", "the server is out of memory"),
    ("53", "quota", "the server has no connection or resource left for this role"),
    ("22", "statement", "a value does not fit its type"),
    ("58", "warehouse", "the server could not read or write its files"),
)  # fmt: skip
"""The beginning of a SQLSTATE, our code, and what is said."""

NAMES = (
    ("2BP01", "needed"),
    ("42P16", "needed"),
    ("42501", "grants"),
    ("42P01", "missing"),
    ("42703", "missing"),
    ("42704", "missing"),
    ("42883", "missing"),
    ("3F000", "missing"),
    ("42", "statement"),
    ("0A", "statement"),
)
"""States whose text names tables, columns or functions. Without a place in the statement a name was made of a value."""
SPEAKS_OF_NAMES = ("42501", "3F000", "2BP01", "42P16")

LOST = ("08", "57P01", "57P02", "57P03", "57P05")
"""The connection broke, or the server ended it: what it was told last may have happened."""

REFUSED: tuple[tuple[str, str, str], ...] = (
    ("certificate|SSL|sslmode|TLS", "connection",
     "no TLS connection as warehouse.sslmode, sslrootcert, sslcert and sslkey ask for it"),
    ("authentication failed|no password supplied|no pg_hba.conf entry|role .* does not exist|not permitted to log in",
     "credentials", "the server refuses this user or password"),
    ("database .* does not exist|no such database", "missing", "there is no such database"),
    ("permission denied for database", "grants", "this role may not connect to the database"),
    ("too many (clients|connections)|remaining connection slots|no more connections", "quota",
     "the server has no connection left for this role; try again later"),
    ("timeout expired", "connection", "the server did not answer in connect_timeout_seconds"),
)  # fmt: skip
"""What libpq says when it cannot connect (it has no SQLSTATE then), our code, and what is said."""


@contextmanager
def errors(statement: str) -> Iterator[None]:
    """Turn a driver's error into ours. A lost connection raises `AnswerLost`; whoever uses this mends it first."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        raise translated(error, statement) from None
    except UnicodeDecodeError:
        raise WarehouseError("the server sent text that is not UTF-8", statement=statement, code="statement") from None


@contextmanager
def connecting() -> Iterator[None]:
    """Turn what keeps us from connecting into a `WarehouseError`, never with the driver's text: a DSN has secrets."""
    import psycopg

    try:
        yield
    except psycopg.OperationalError as error:
        text = str(error)
        for pattern, code, told in REFUSED:
            if re.search(pattern, text):
                raise WarehouseError(told, statement="connect", code=code) from None
        told = "the server cannot be reached; check host and port, and that it runs"
        raise WarehouseError(told, statement="connect", code="connection") from None
    except psycopg.Error:
        told = "the settings of the connection cannot be read; check warehouse.dsn"
        raise WarehouseError(told, statement="connect", code="connection") from None


def translated(error: psycopg.Error, statement: str) -> WarehouseError:
    """One error of a statement as ours."""
    import psycopg

    state, text = error.sqlstate or "", error.diag.message_primary or ""
    if state in ("42P07", "42710", "42P06"):
        return AlreadyExists("a table or view of this name is there already", statement=statement, code="exists")
    if lost(error):
        return AnswerLost("the connection was lost", statement=statement, code="connection")
    if busy := _busy(error, state, text):
        return WarehouseBusy("the server asks to try again", statement=statement, code=busy)
    for beginning, code in NAMES:
        if state.startswith(beginning):
            told = text if error.diag.statement_position or state in SPEAKS_OF_NAMES else _called(error)
            return WarehouseError(told, statement=statement, code=code)
    for beginning, code, told in STATES:
        if state.startswith(beginning):
            return WarehouseError(told, statement=statement, code=code)
    if isinstance(error, psycopg.DataError):
        return WarehouseError("a value the server cannot hold", statement=statement, code="statement")
    return WarehouseError(_called(error), statement=statement)


def lost(error: psycopg.Error) -> bool:
    """Whether the connection is gone, so that nobody knows what became of the statement."""
    import psycopg

    state = error.sqlstate or ""
    unexplained = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and not state
    return unexplained or state.startswith(LOST)


def _busy(error: psycopg.Error, state: str, text: str) -> str | None:
    if state == "23505":
        return "conflict" if CATALOG_RACE.match(error.diag.constraint_name or "") else None
    if state == "XX000" and not CHANGED.search(text):
        return None
    return BUSY.get(state)


def _called(error: psycopg.Error) -> str:
    return f"the server refused it ({type(error).__name__}, SQLSTATE {error.sqlstate or 'none'})"
