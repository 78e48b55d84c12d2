"""A project of files told by the command line, on a duckdb file or a PostgreSQL server: what scenarios share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import duckdb
import psycopg
from click.testing import CliRunner

from tests.crash.oracle import Tables, reconciled
from warehouse_sync.cli import main
from warehouse_sync.sandbox import Sandbox


class Warehouse(Protocol):
    """Where a story's table and wsync's own tables are. `block` is the `warehouse:` of its project."""

    block: str
    schema: str
    mark: str

    def open(self) -> Any: ...


class Duckdb:
    """A file in the project's folder."""

    block, schema, mark = "{type: duckdb, path: shop.duckdb}", "main", "?"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def open(self) -> Iterator[Any]:
        with duckdb.connect(str(self.folder / "shop.duckdb")) as connection:
            yield connection


class Postgres:
    """A server that others use too; `state` is emptied first."""

    schema, mark = "public", "%s"

    def __init__(self, server: Mapping[str, Any], state: str) -> None:
        self.server = dict(server)
        self.block = f"{{type: postgres, {', '.join(f'{name}: {value}' for name, value in server.items())}}}"
        with self.open() as connection:
            connection.execute(f"drop schema if exists {state} cascade")

    @contextmanager
    def open(self) -> Iterator[Any]:
        with psycopg.connect(**self.server, autocommit=True) as connection:
            yield connection


class Story:
    """A project with one sync, `buyers`, of the table `customers_NAME`, and its platform; `said` by all commands."""

    def __init__(self, name: str, folder: Path, sandbox: Sandbox, warehouse: Warehouse, environ: Mapping[str, str]):
        self.name, self.folder, self.sandbox, self.warehouse, self.environ = name, folder, sandbox, warehouse, environ
        self.state, self.source = f"wsync_{name}", f"customers_{name}"
        self.said = ""
        (folder / "syncs").mkdir(exist_ok=True)

    def files(self, destinations: str, buyers: str) -> None:
        """Write `wsync.yml` with these destinations, and the sync."""
        main_file = f"warehouse: {self.warehouse.block}\nstate_schema: {self.state}\ndestinations:\n{destinations}"
        (self.folder / "wsync.yml").write_text(main_file)
        self.sync(buyers)

    def sync(self, text: str, source: str | None = None) -> None:
        """Write the sync, without its source: the story's own table, or another one."""
        path = self.folder / "syncs" / "buyers.yml"
        path.write_text(f"source: {self.warehouse.schema}.{source or self.source}\n{text}")

    def table(self, columns: str, rows: Sequence[Sequence[Any]], name: str | None = None) -> None:
        """The story's table, or another one, has exactly these columns and rows."""
        table = name or self.source
        with self.warehouse.open() as connection:
            connection.execute(f"drop table if exists {table}")
            connection.execute(f"create table {table} ({columns})")
            for row in rows:
                marks = ", ".join([self.warehouse.mark] * len(row))
                connection.execute(f"insert into {table} values ({marks})", row)

    def wsync(self, *words: str, code: int = 0) -> str:
        """What a command says; it has to end with `code`."""
        told = CliRunner().invoke(main, [*words, "--project-dir", str(self.folder)], env=dict(self.environ))
        self.said += told.output
        assert told.exit_code == code, told.output
        return told.stdout if "--json" in words else told.output

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with self.warehouse.open() as connection:
            found: list[tuple[Any, ...]] = connection.execute(statement).fetchall()
            return found

    def log(self) -> dict[str, list[tuple[Any, ...]]]:
        """The lines of the newest run, by key: operation, status, reason, error code."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        for key, *line in self.sql(
            f"select primary_key, operation, status, reason, error_code from {self.state}.sync_log "
            f"where sync_run_id = (select sync_run_id from {self.state}.sync_log order by logged_at desc limit 1)"
        ):
            found.setdefault(key, []).append(tuple(line))
        return found

    def last_operations(self) -> dict[str, str]:
        """By key the last operation that succeeded, of all runs; of one moment a removal comes before an addition."""
        lines = self.sql(
            f"select primary_key, logged_at, operation from {self.state}.sync_log "
            "where status = 'succeeded' and operation is not null"
        )
        return {key: word for key, _, word in sorted(lines, key=lambda line: (line[1], line[2] != "delete"))}

    def unreconciled(self, *, exactly: bool = True) -> list[str]:
        """What does not add up in any settled run; `exactly` where no two keys ever are one member."""
        runs = self._dicts(f"select * from {self.state}.runs order by fence, started_at")
        log = self._dicts(f"select * from {self.state}.sync_log")
        return reconciled(Tables(frozenset(), runs, log, ()), exactly=exactly)

    def leaks(self, *canaries: str) -> list[str]:
        """Which of these texts, or whether a hash, are in what commands said or in the tables that users read."""
        runs, log = (self.sql(f"select * from {self.state}.{name}") for name in ("runs", "sync_log"))
        said = self.said.replace(str(self.folder), "").lower()
        read = f"{said} {runs} {log}".lower()
        found = [each for each in canaries if each.lower() in read]
        return found + (["a hash"] if re.search(r"\b[0-9a-f]{64}\b", said) else [])

    def _dicts(self, statement: str) -> tuple[dict[str, Any], ...]:
        with self.warehouse.open() as connection:
            found = connection.execute(statement)
            columns = [column[0] for column in found.description or ()]
            return tuple(dict(zip(columns, values, strict=True)) for values in found.fetchall())
