"""The warehouses that the planted story is told on, and what can be seen in them afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from tests.canaries import Canary, leaks
from tests.planted import DUCKDB, PASSWORD

LOG_TABLES = ("sync_log", "runs", "syncs", "suppressed", "sync_log_latest", "failed_keys", "membership_history")

TYPES = (
    "id integer, email text, phone text, madid text, extern text, appuid text, gen text, born text, ln text, fn text, "
    "ct text, st text, zip text, country text, worth text"
)


def views(binary: str, name: str) -> dict[str, str]:
    """Sources of strange types, and two that fail over a value: it is no number, or it names nothing."""
    columns = {
        "odd": f"array[email] as email, {binary} as ln, fn, extern",
        "broken": "cast(email as integer) as email, ln",
        "unnamed": f"{name} as email, ln",
    }
    return {
        view: f"create or replace view {view} as select id, {each} from customers" for view, each in columns.items()
    }


def fill(connection: Any, mark: str, own: Mapping[str, str], table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    connection.execute(f"create table if not exists {table} ({TYPES})")
    connection.execute(f"delete from {table}")
    for row in rows:
        connection.execute(f"insert into {table} values ({', '.join([mark] * 15)})", list(row.values()))
    if table == "customers":
        for view in own.values():
            connection.execute(view)


class InDuckdb:
    """A duckdb file in the project's folder."""

    schema, block, environ = "main", DUCKDB, {"WSYNC_ENV_SECRET_DSN": ""}

    def __init__(self, project: Path) -> None:
        self.path = project / "shop.duckdb"

    @contextmanager
    def open(self) -> Iterator[Any]:
        with duckdb.connect(str(self.path)) as connection:
            yield connection

    def fill(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        with self.open() as connection:
            fill(connection, "?", views("encode(ln)", "error(ln)::text"), table, rows)


class InPostgres:
    """A database reached by a connection string that holds a password."""

    schema, block = "public", "{type: postgres, dsn: \"{{ env_var('WSYNC_ENV_SECRET_DSN') }}\"}"

    def __init__(self, server: Mapping[str, str | int], name: str) -> None:
        with psycopg.connect(**server, autocommit=True) as admin:  # type: ignore[arg-type]
            admin.execute(f"create database {name}".encode())
        self.settings: Mapping[str, Any] = {**server, "dbname": name}
        known = " ".join(f"{key}={value}" for key, value in self.settings.items())
        quoted = PASSWORD.replace("'", "\\'")
        self.environ = {"WSYNC_ENV_SECRET_DSN": f"{known} password='{quoted}'"}

    @contextmanager
    def open(self) -> Iterator[Any]:
        with psycopg.connect(**self.settings, autocommit=True) as connection:
            yield connection

    def fill(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        with self.open() as connection:
            fill(connection, "%s", views("convert_to(ln, 'UTF8')", "ln::regclass::text"), table, rows)


Place = InDuckdb | InPostgres


def rows_of(connection: Any, tables: Iterable[str]) -> dict[str, list[Any]]:
    """Everything in some tables of the state schema."""
    return {name: connection.execute(f'select * from wsync."{name}"').fetchall() for name in tables}


def everything(connection: Any) -> dict[str, list[Any]]:
    """Everything in the state schema."""
    names = "select table_name from information_schema.tables where table_schema = 'wsync'"
    return rows_of(connection, [name for (name,) in connection.execute(names).fetchall()])


def found_in(tables: Mapping[str, list[Any]], canaries: Iterable[Canary]) -> dict[str, list[str]]:
    """The tables that repeat canaries, with the names of these."""
    looked_for = list(canaries)
    found = {name: leaks(f"{rows!r}\n{rows}".encode(), looked_for) for name, rows in tables.items()}
    return {name: each for name, each in found.items() if each}
