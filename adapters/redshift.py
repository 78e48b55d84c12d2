"""Amazon Redshift, by psycopg 3 (extra `redshift`; with AWS's credentials or an S3 stage `redshift-aws`).

Never run on a real Redshift: what is said of it is AWS's documentation, its SQL runs on PostgreSQL through the shims of
tests/emulators/redshift_shims.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from warehouse_sync.adapters import ColumnType
from warehouse_sync.adapters.postgres import batches, chunk
from warehouse_sync.adapters.postgres_session import Session, reopened
from warehouse_sync.adapters.postgres_types import kind
from warehouse_sync.adapters.redshift_errors import errors
from warehouse_sync.adapters.redshift_grants import missing
from warehouse_sync.adapters.redshift_session import Settings, door, driver, over
from warehouse_sync.adapters.redshift_sql import DIALECT, TEXT
from warehouse_sync.adapters.redshift_stage import Stage, copy, inserts, target, uploaded
from warehouse_sync.errors import AnswerLost

if TYPE_CHECKING:
    import psycopg

__all__ = ["DIALECT", "Redshift", "Settings", "connect"]

OWN_TYPES = {2935: "hllsketch", 3000: "geometry", 3001: "geography", 4000: "super", 6551: "varbyte"}
"""Types that PostgreSQL does not have, by their numbers (as AWS's JDBC driver has them, read 2026-11-22)."""


def connect(settings: Settings) -> Redshift:
    """Connect.

    Raises `ConfigError` where the driver or AWS's library is missing, `WarehouseError` where the server cannot be
    reached or refuses the credentials.
    """
    driver()
    return Redshift(door(settings), settings.s3_stage)


class Redshift:
    """`Warehouse` over psycopg: one connection for statements, one more for each open stream."""

    dialect = DIALECT
    engine = "redshift"
    """Without a version: a cluster calls itself PostgreSQL 8.0.2 for ever, and FNV_HASH is a fixed function."""

    def __init__(self, opened: Callable[[], Session], stage: Stage | None = None) -> None:
        self.opened, self.stage = opened, stage
        self.session = opened()

    @contextmanager
    def _statement(self, statement: str) -> Iterator[psycopg.Connection[Any]]:
        """The connection for one step; when it is lost, another takes its place and the old statement is over."""
        if self.session.connection.closed:
            self.session = reopened(self.opened, self.session, over)
        try:
            with errors(statement):
                yield self.session.connection
        except AnswerLost:
            self.session = reopened(self.opened, self.session, over)
            raise

    def execute(self, sql: str, statement: str) -> None:
        with self._statement(statement) as connection:
            connection.execute(sql.encode())

    def query(self, sql: str, statement: str) -> list[tuple[Any, ...]]:
        with self._statement(statement) as connection:
            return connection.execute(sql.encode()).fetchall()

    def stream(self, sql: str, statement: str, rows: int) -> Iterator[list[tuple[Any, ...]]]:
        """Row by row off the wire, on a connection of its own.

        Not by DECLARE: the leader node keeps the whole result of a cursor, up to a limit by the cluster's type, and a
        session has one of them, in a transaction (declare, read 2026-11-22).
        """
        reader = self.opened().connection
        try:
            with errors(statement), reader.cursor() as cursor:
                reader.execute(b"SET statement_timeout TO 0")  # it would count the time that we take over the rows
                yield from batches(cursor.stream(sql.encode(), size=chunk()), rows)
        finally:
            reader.close()

    def load(self, schema: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        into = target(_spelled(schema), _spelled(table), columns)
        if self.stage:
            with uploaded(self.stage, columns, rows) as url:
                if url:
                    self.execute(copy(into, url, self.stage), f"load {table}")
            return
        with self._statement(f"load {table}") as connection, connection.transaction():
            for statement in inserts(into, rows):
                connection.execute(statement.encode())

    def describe(self, sql: str, statement: str) -> list[ColumnType]:
        with self._statement(statement) as connection:
            cursor = connection.execute(f"SELECT * FROM (\n{sql}\n) AS d LIMIT 0".encode())
        return [_column(column) for column in cursor.description or ()]

    def tables(self, schema: str) -> set[str]:
        """From the catalogue itself: it is read committed whatever the isolation (c_serial_isolation), so that a claim
        made a moment ago is seen; SVV_TABLES shows only what the user may use."""
        listing = (
            exp.select("c.relname")
            .from_("pg_class AS c")
            .join("pg_namespace AS n", on="n.oid = c.relnamespace")
            .where(exp.column("nspname", "n").eq(_spelled(schema)), "c.relkind IN ('r', 'v')")
        )
        return {str(name) for (name,) in self.query(listing.sql("redshift"), "list tables")}

    def has_schema(self, schema: str) -> bool:
        named = (
            exp.select("n.nspname").from_("pg_namespace AS n").where(exp.column("nspname", "n").eq(_spelled(schema)))
        )
        return bool(self.query(named.sql("redshift"), "find schema"))

    def missing_grants(self, schema: str, relations: Sequence[Sequence[str]]) -> list[str]:
        return missing(lambda sql: self.query(sql, "read grants"), _spelled(schema), relations)

    def estimate(self, sql: str, statement: str) -> int | None:
        return None

    def close(self) -> None:
        self.session.connection.close()


_spelled = DIALECT.rendering.spelled


def _column(column: psycopg.Column) -> ColumnType:
    """A column as a type that a CAST takes; texts without a length have all of it."""
    type_ = OWN_TYPES.get(column.type_code, column.type_display)
    if type_ in ("varchar", "text", "unknown", "name"):
        return ColumnType(column.name, TEXT, "text")
    return ColumnType(column.name, type_.replace("bpchar", "char"), kind(type_))
