"""The small world of the crash tests: a source of people, a sync to Facebook, and one run of it as the product runs.

Source values are clean already, so what must travel is the SHA-256 of the plain value and nothing else; the checks
need no normaliser.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import SecretStr

from tests.crash.counted import Tally
from tests.crash.places import Place
from tests.crash.remembered import remember_texts
from tests.engine import NO_GUARDS
from warehouse_sync.connectors.facebook import CONNECTOR
from warehouse_sync.connectors.facebook_settings import Destination, Options
from warehouse_sync.errors import WsyncError
from warehouse_sync.ledger.core import Ledger
from warehouse_sync.model import AudienceSpec, Mapped, Ports, Source, Sync
from warehouse_sync.runner import Kind, Request, Runner
from warehouse_sync.sandbox import ACCOUNT, TOKEN

Row = tuple[int | None, str | None, str | None]


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
    wire: tuple[str, ...]
    passed: Counter[str]
    statements: int


def set_source(place: Place, rows: Sequence[Row]) -> None:
    """Make the source hold exactly these rows."""
    with place.connected() as connection:
        replace_source(connection, rows)


def replace_source(connection: Any, rows: Sequence[Row]) -> None:
    connection.execute("create schema if not exists main")
    connection.execute("drop table if exists main.people")
    connection.execute("create table main.people (id bigint, email text, phone text)")
    if rows:
        values = ", ".join(f"({', '.join(map(_literal, each))})" for each in rows)
        connection.execute(f"insert into main.people values {values}")


def _literal(cell: int | str | None) -> str:
    return "null" if cell is None else f"'{cell}'" if isinstance(cell, str) else str(cell)


def run(place: Place, url: str, turn: Turn, number: int, tally: Tally) -> Ended:
    """One run, begun and ended as the product does it; `number` makes its id, so that repeats have the same texts."""
    remember_texts()
    ports = Ports(boundary=tally.boundary, sleep=lambda _seconds: None)
    status, code, error, warehouse = "failed", 1, "", None
    try:
        warehouse = place.open(tally)
        ledger = Ledger(warehouse, "wsync", a_sync(url, **dict(turn.settings)), ports)
        runner = Runner(ledger, replace(CONNECTOR, rows=turn.page), ports)
        result = runner.run(Request(turn.kind, run_id=turn.plan or run_id(number)))
        status, code, error = result.status, result.exit_code, type(result.error).__name__ if result.error else ""
    except WsyncError as stopped:
        status, code, error = "failed", stopped.exit_code, f"{type(stopped).__name__}: {stopped}"
    finally:
        if warehouse is not None:
            warehouse.close()
    return Ended(status, code, error, tuple(tally.names), tuple(tally.wire), tally.passed, tally.statements)


def run_id(number: int) -> str:
    return f"{20261122000000 + number}0000"
