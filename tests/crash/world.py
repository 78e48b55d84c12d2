"""The small world of the crash tests: a source of people, a sync to Facebook, and one run of it as the product runs.

Source values are clean already, so what must travel is the SHA-256 of the plain value and nothing else; the checks
need no normaliser.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
from pydantic import SecretStr

from tests.crash.remembered import remember_texts
from tests.engine import NO_GUARDS
from warehouse_sync.adapters import duckdb as adapter
from warehouse_sync.connectors.facebook import CONNECTOR
from warehouse_sync.connectors.facebook_settings import Destination, Options
from warehouse_sync.errors import WsyncError
from warehouse_sync.ledger.core import Ledger
from warehouse_sync.model import AudienceSpec, Mapped, Ports, Source, Sync
from warehouse_sync.runner import Kind, Request, Runner
from warehouse_sync.sandbox import ACCOUNT, TOKEN

Row = tuple[int | None, str | None, str | None]

SESSION_STATEMENTS = ("set timezone = 'UTC'", "set timezone = 'UTC'; set enable_progress_bar = false")
"""What the adapter says to every new connection or cursor; part of opening it, so without a boundary."""


def email(n: int | str) -> str:
    return f"e{n}@example.com"


def phone(n: int) -> str:
    return f"+1415555{n:04d}"


def digits(n: int) -> str:
    """A phone as it is hashed."""
    return phone(n).removeprefix("+")


def row(key: int | None, mail: int | str | None, number: int | None = None) -> Row:
    """A source row: e-mail and phone by number."""
    return (key, None if mail is None else email(mail), None if number is None else phone(number))


def tokens(source: Row) -> frozenset[str]:
    """What the platform knows a source row by."""
    _, mail, number = source
    found = set()
    if mail is not None:
        found.add(f"EMAIL:{digest(mail)}")
    if number is not None:
        found.add(f"PHONE:{digest(number.removeprefix('+'))}")
    return frozenset(found)


def digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def a_sync(url: str, **settings: Any) -> Sync:
    told: dict[str, Any] = {
        "name": "people",
        "source": Source(("main", "people"), label="main.people"),
        "primary_key": ("id",),
        "connector": "facebook",
        "destination_name": "facebook",
        "destination": Destination(
            ad_account_id=ACCOUNT, access_token=SecretStr(TOKEN), base_url=url, retry_attempts=1, timeout_seconds=20
        ),
        "options": Options(),
        "audience": AudienceSpec(name="People"),
        "mapping": (Mapped("EMAIL", "email"), Mapped("PHONE", "phone")),
        "guards": NO_GUARDS,
        "concurrency": 1,
    }
    return Sync(**(told | settings))


@dataclass
class Tally:
    """What passed the port, and what the connection was really given."""

    names: list[str] = field(default_factory=list)
    statements: int = 0
    kill_at: int | None = None
    kill: Callable[[], None] = lambda: None

    def boundary(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self.kill_at:
            self.kill()

    def given(self, statement: str) -> None:
        self.statements += statement not in SESSION_STATEMENTS

    @property
    def passed(self) -> Counter[str]:
        """How many statements and requests began at the port."""
        begun = (name.removeprefix("before ") for name in self.names if name.startswith("before "))
        return Counter("request" if name.split(" ")[0].isupper() else "statement" for name in begun)


class Counted:
    """A duckdb connection, or a cursor of it, that counts what it is given. It can do only what is listed here, so a
    statement on another way than these fails."""

    def __init__(self, connection: Any, tally: Tally) -> None:
        self._connection, self._tally = connection, tally
        self.fetchmany, self.close = connection.fetchmany, connection.close

    def execute(self, statement: str) -> Any:
        self._tally.given(statement)
        return self._connection.execute(statement)

    def cursor(self) -> Counted:
        return Counted(self._connection.cursor(), self._tally)

    def appender(self, table: str, columns: Sequence[str]) -> Any:
        self._tally.given(f"append to {table}")
        return self._connection.appender(table, columns=columns)


@dataclass(frozen=True)
class Turn:
    """One run to be made: the source it finds, what the platform does, how the run is asked for."""

    rows: tuple[Row, ...]
    orders: tuple[dict[str, Any], ...] = ()
    kind: Kind = "run"
    plan: str | None = None
    settings: tuple[tuple[str, Any], ...] = ()
    page: int = 2


@dataclass(frozen=True)
class Ended:
    """How a run ended, and what passed."""

    status: str
    exit_code: int
    error: str
    names: tuple[str, ...]
    passed: Counter[str]
    statements: int


def set_source(path: Path, rows: Sequence[Row]) -> None:
    """Make the source hold exactly these rows."""
    with opened(path) as connection:
        replace_source(connection, rows)


def replace_source(connection: duckdb.DuckDBPyConnection, rows: Sequence[Row]) -> None:
    connection.execute("create or replace table main.people (id bigint, email text, phone text)")
    if rows:
        places = ", ".join("(?, ?, ?)" for _ in rows)
        connection.execute(f"insert into main.people values {places}", [cell for each in rows for cell in each])


@contextmanager
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database, opened by somebody else than the engine."""
    connection = duckdb.connect(str(path), config={"threads": 1})
    try:
        yield connection
    finally:
        connection.close()


def run(path: Path, url: str, turn: Turn, number: int, tally: Tally) -> Ended:
    """One run, begun and ended as the product does it; `number` makes its id, so that repeats have the same texts."""
    remember_texts()
    connect = duckdb.connect
    duckdb.connect = lambda *given, **named: Counted(connect(*given, **named), tally)  # type: ignore[assignment]
    warehouse = adapter.connect(adapter.Settings(path=str(path), memory_limit=None, threads=1))
    duckdb.connect = connect
    ports = Ports(boundary=tally.boundary, sleep=lambda _seconds: None)
    ledger = Ledger(warehouse, "wsync", a_sync(url, **dict(turn.settings)), ports)
    runner = Runner(ledger, replace(CONNECTOR, rows=turn.page), ports)
    status, code, error = "failed", 1, ""
    try:
        result = runner.run(Request(turn.kind, run_id=turn.plan or run_id(number)))
        status, code, error = result.status, result.exit_code, type(result.error).__name__ if result.error else ""
    except WsyncError as stopped:
        status, code, error = "failed", stopped.exit_code, f"{type(stopped).__name__}: {stopped}"
    finally:
        warehouse.close()
    return Ended(status, code, error, tuple(tally.names), tally.passed, tally.statements)


def run_id(number: int) -> str:
    return f"{20261122000000 + number}0000"


def copy_database(path: Path, to: Path) -> None:
    """The file and its write-ahead log, as a dead process left them."""
    for suffix in ("", ".wal"):
        there = Path(f"{path}{suffix}")
        if there.exists():
            shutil.copyfile(there, f"{to}{suffix}")


def remove_database(path: Path) -> None:
    for suffix in ("", ".wal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def scratch() -> Path | None:
    """Memory where there is some: a killed process loses no page the kernel has, so nothing is made easier by it."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and os.access(memory, os.W_OK) else None
