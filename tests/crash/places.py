"""Where the state of a crash test lives: a duckdb file, or a database of a PostgreSQL; opened, copied, thrown away."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import duckdb

from tests.crash.counted import Tally, counted_duckdb, counted_postgres
from warehouse_sync.adapters import Warehouse
from warehouse_sync.adapters import duckdb as duckdb_adapter
from warehouse_sync.adapters import postgres as postgres_adapter

Server = Mapping[str, str | int]


class Place(Protocol):
    """One state: everything a run of the scenario's sync reads and writes in a warehouse."""

    def open(self, tally: Tally) -> Warehouse:
        """The warehouse, opened as the product does it; `tally` counts what it is given."""

    def connected(self) -> AbstractContextManager[Any]:
        """The state, read and edited by somebody else than the engine: `execute(sql).fetchall()`."""

    def copy(self, to: str) -> Place:
        """A copy of the state as it is, under a name of its own."""

    def remove(self) -> None:
        """Throw it away, if it is there."""


Yard = Callable[[str], Place]
"""Makes an empty place with this name."""


@contextmanager
def yard(where: str) -> Iterator[Yard]:
    """Room for places: `duckdb`, or the connection settings of a PostgreSQL as JSON."""
    if where != "duckdb":
        yield Databases(json.loads(where)).empty
        return
    folder = Path(tempfile.mkdtemp(prefix="wsync-crash-", dir=scratch()))
    try:
        yield lambda name: DuckFile(folder / f"{name}.duckdb")
    finally:
        shutil.rmtree(folder)


def scratch() -> Path | None:
    """Memory where there is some: a killed process loses no page the kernel has, so nothing is made easier by it."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and os.access(memory, os.W_OK) else None


_numbers = itertools.count()


def some_name() -> str:
    """A name that no other process and no other place has."""
    return f"of_{os.getpid()}_{next(_numbers)}"


@dataclass(frozen=True)
class DuckFile:
    """A duckdb file and its write-ahead log, as a dead process left them."""

    path: Path

    def open(self, tally: Tally) -> Warehouse:
        with counted_duckdb(tally):
            settings = duckdb_adapter.Settings(path=str(self.path), memory_limit=None, threads=1)
            return duckdb_adapter.connect(settings)

    @contextmanager
    def connected(self) -> Iterator[Any]:
        connection = duckdb.connect(str(self.path), config={"threads": 1})
        try:
            yield connection
        finally:
            connection.close()

    def copy(self, to: str) -> DuckFile:
        copied = self.path.with_name(f"{to}.duckdb")
        for suffix in ("", ".wal"):
            there = Path(f"{self.path}{suffix}")
            if there.exists():
                shutil.copyfile(there, f"{copied}{suffix}")
        return DuckFile(copied)

    def remove(self) -> None:
        for suffix in ("", ".wal"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)


@dataclass(frozen=True)
class Databases:
    """The databases of one server; a name is used once, so that places of several jobs are kept apart."""

    server: Server
    own: str = field(default_factory=some_name)

    def empty(self, name: str) -> Database:
        made = Database(self, f"crash_{name}_{self.own}")
        self.say(f"create database {made.name}")
        return made

    def say(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(**self.server, autocommit=True) as admin:  # type: ignore[arg-type]
            admin.execute(statement.encode())


@dataclass(frozen=True)
class Database:
    """A database of a PostgreSQL. What a dead process asked for is over before anybody else looks."""

    among: Databases
    name: str

    def open(self, tally: Tally) -> Warehouse:
        counted_postgres(tally)
        settings = postgres_adapter.Settings.model_validate({**self.among.server, "dbname": self.name})
        return postgres_adapter.connect(settings)

    @contextmanager
    def connected(self) -> Iterator[Any]:
        import psycopg

        settings: dict[str, Any] = {**self.among.server, "dbname": self.name}
        with psycopg.connect(**settings, autocommit=True, options="-c timezone=UTC") as connection:
            _await_the_dead(connection)
            yield connection

    def copy(self, to: str) -> Database:
        copied = Database(self.among, f"crash_{to}_{self.among.own}")
        self.among.say(f"create database {copied.name} template {self.name} strategy file_copy")
        return copied

    def remove(self) -> None:
        self.among.say(f"drop database if exists {self.name} with (force)")


OTHERS = """
    select count(*) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""
PATIENCE = 10.0
"""Seconds within which the server notices that a client is gone."""


def _await_the_dead(connection: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while connection.execute(OTHERS).fetchall()[0][0]:
        assert time.monotonic() < deadline, "the statement of a dead client goes on and on"
        time.sleep(0.002)
