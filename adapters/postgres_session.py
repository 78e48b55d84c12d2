"""Connections to PostgreSQL: how one is opened, what every statement is pinned to, how a lost one is made up for."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, LiteralString

from warehouse_sync.adapters.postgres_errors import connecting, errors
from warehouse_sync.adapters.postgres_types import loaders
from warehouse_sync.errors import AnswerLost, ConfigError, WarehouseError

if TYPE_CHECKING:
    import psycopg

PINNED: dict[LiteralString, str] = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "standard_conforming_strings": "on",
    "client_min_messages": "warning",
}
"""What fingerprints, keys and readers depend on."""

KEPT_ALIVE = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 5}
"""A peer that is gone is noticed after about 80 seconds, also while a long statement runs without a word."""

FACTS = """
set local search_path to default;
select
  (
    select pg_catalog.string_agg(pg_catalog.quote_ident(s), ', ')
    from pg_catalog.unnest(pg_catalog.current_schemas(false)) as s
    where s <> 'pg_catalog'
  ),
  pg_catalog.pg_is_in_recovery(),
  pg_catalog.current_setting('server_encoding'),
  pg_catalog.current_setting('synchronous_commit')
"""

PATIENCE = 60.0
"""Seconds within which a lost session is made up for: the server is back, and its old statement over."""

STILL_THERE = """
select pg_catalog.pg_terminate_backend(a.pid)
from pg_catalog.pg_stat_activity as a
where a.application_name = '{name}' and a.pid <> pg_catalog.pg_backend_pid()
"""


@dataclass(frozen=True)
class Session:
    """A connection, the name by which the server knows it, and what its statements begin with."""

    connection: psycopg.Connection[Any]
    name: str
    pins: str

    def ran(self, sql: str, statement: str) -> psycopg.Cursor[Any]:
        """Run some SQL pinned, as one transaction; the server's list of sessions shows `statement` first."""
        return ran(self.connection, f"/* {statement.replace('*/', '')} */ {self.pins}{sql}")


@dataclass(frozen=True)
class Door:
    """How connections are opened. `facts` are libpq's settings; timeouts in seconds, None for the role's own.

    Pins are set by every statement for itself (`set local`), not by the connection: so they hold against the
    defaults of a role or database, and behind a pooler that gives every transaction another connection and refuses
    `options` at the start (pgbouncer.org/config.html, ignore_startup_parameters, read 2026-11-22).
    """

    facts: Mapping[str, Any]
    application_name: str = "wsync"
    lock_timeout: int | None = 60
    statement_timeout: int | None = None

    def opened(self) -> Session:
        """A new session. Raises `WarehouseError` where there is none to be had, or only one that cannot write."""
        import psycopg

        name = f"{self.application_name[:40]} {secrets.token_hex(6)}"
        with connecting():
            connection = psycopg.connect(
                **self.facts,
                application_name=name,
                client_encoding="UTF8",
                autocommit=True,
                prepare_threshold=None,  # a pooler may not know them
            )
        try:
            for type_, loader in loaders().items():
                connection.adapters.register_loader(type_, loader)
            return Session(connection, name, self._pins(connection, name))
        except WarehouseError:
            connection.close()
            raise

    def _pins(self, connection: psycopg.Connection[Any], name: str) -> str:
        with errors("connect"):
            path, standby, encoding, commit = last(connection, FACTS)[0]
        if standby:
            told = "this server is a replica that only reads: name the primary, or target_session_attrs=read-write"
            raise WarehouseError(told, statement="connect", code="connection")
        if encoding == "SQL_ASCII":
            told = "the database has encoding SQL_ASCII: nobody knows what its letters are; use one with UTF8"
            raise WarehouseError(told, statement="connect", code="warehouse")
        timeouts = {"lock_timeout": self.lock_timeout, "statement_timeout": self.statement_timeout}
        pinned = PINNED | {"application_name": name.replace("'", "''")}
        pinned |= {key: f"{seconds}s" for key, seconds in timeouts.items() if seconds is not None}
        if commit == "off":
            pinned["synchronous_commit"] = "on"  # a plan that is being sent must outlive the server's fall
        settings = "".join(f"set local {key} = '{value}'; " for key, value in pinned.items())
        path = f"{path}, pg_temp" if path else "pg_temp"  # pg_catalog, not named, comes first
        return f"set transaction isolation level read committed, read write; set local search_path = {path}; {settings}"


def driver() -> None:
    """Raises `ConfigError` where psycopg is not installed."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        told = 'pip install "warehouse-sync[postgres]"'
        raise ConfigError(f"the PostgreSQL driver is missing; install it with {told}") from None


def ran(connection: psycopg.Connection[Any], sql: str) -> psycopg.Cursor[Any]:
    """One or more statements in one message, which is one transaction; the cursor is at the last one's result."""
    cursor = connection.execute(sql.encode())
    while cursor.nextset():
        pass
    return cursor


def last(connection: psycopg.Connection[Any], sql: str) -> list[tuple[Any, ...]]:
    """The rows of the last of some statements."""
    return ran(connection, sql).fetchall()


def reopened(
    door: Callable[[], Session], lost: Session, over: Callable[[Session, str, float], None] | None = None
) -> Session:
    """A session in place of a lost one, when the server has nothing more to do for that.

    `over` waits for that, given a session, the lost one's name and until when to wait. Raises `WarehouseError` (code
    `connection`) when that takes longer than `PATIENCE`, or the first other reason why nobody may connect.
    """
    lost.connection.close()
    deadline = monotonic() + PATIENCE
    while True:
        session = _patient(door, deadline)
        try:
            with errors("connect"):
                (over or _await_end)(session, lost.name, deadline)
        except AnswerLost:
            session.connection.close()
        else:
            return session


def _patient(door: Callable[[], Session], deadline: float) -> Session:
    while True:
        try:
            return door()
        except WarehouseError as error:
            if error.code not in ("connection", "quota") or monotonic() > deadline:
                raise
            sleep(0.5)


def _await_end(session: Session, name: str, deadline: float) -> None:
    """End what the server still does under this name, and wait until it has left."""
    while last(session.connection, STILL_THERE.format(name=name.replace("'", "''"))):
        if monotonic() > deadline:
            told = "the connection was lost, and the server is still busy with its statement"
            raise WarehouseError(told, statement="connect", code="connection")
        sleep(0.05)
