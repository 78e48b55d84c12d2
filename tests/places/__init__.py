"""Warehouses under test: one file each, an `Engine` of facts; a `Place` is one fresh warehouse with small hands.

Tests speak of column kinds and of duckdb's SQL; a place says both as its server does. What an engine cannot show is in
its `differences`, by the test's name and with the reason: that test is skipped there, and the summary prints why.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from warehouse_sync import adapters
from warehouse_sync.adapters import Warehouse
from warehouse_sync.statements import Rendering, literal

LOG = "primary_key, operation, status, reason, error_code"
MIRROR = "primary_key, state, tokens, planned_action, attempts, last_error_code"
PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


def here() -> str | None:
    """Nothing is missing."""
    return None


def nowhere_else() -> None:
    """For an engine whose sessions begin in UTC whatever the server says: its differences must say so."""
    raise NotImplementedError


@dataclass(frozen=True)
class Engine:
    """What the suites must know of one engine.

    `place` makes a fresh warehouse for one test. `types` are its words for the kinds of columns that tests speak of;
    `refused` its types that no field takes. `differences`: tests that it cannot pass, with the reason; a name is
    `test_it`, or `test_it[case]` for one case. `not_executed`: canonical statements that it has no use for, with the
    reason. `slow`: tests that take it so long that only `-m sweep` runs more than their first case there, or a session
    that `WSYNC_ENGINES` gives to this engine. `usual`: the only tests that an ordinary session runs on it, where
    all would take too long. `absent` says why it cannot be had on this machine. `apart`: it runs only
    where `WSYNC_ENGINES` names it. `through` is added to its line in the summary; `verdict` is asked for more after its
    statements ran.
    """

    name: str
    place: Callable[[pytest.FixtureRequest], Place]
    types: Mapping[str, str]
    refused: Mapping[str, str]
    differences: Mapping[str, str] = field(default_factory=dict)
    not_executed: Mapping[str, str] = field(default_factory=dict)
    slow: frozenset[str] = frozenset()
    usual: frozenset[str] | None = None
    absent: Callable[[], str | None] = here
    apart: bool = False
    through: str = ""
    verdict: Callable[[], str] = str

    @property
    def rendering(self) -> Rendering:
        return adapters.dialect(self.name).rendering


Fault = Callable[[], None]


@dataclass(frozen=True)
class Place:
    """One fresh warehouse. `settings` is its `warehouse:` block without the type, with no secret in it.

    `schema` is where the tests' tables go, `state` the state schema. `faults` make the engine raise an error of a code:
    credentials, grants, busy, timeout. `elsewhere` sets the zone that the server gives to new sessions to another than
    UTC. `poor` is the block of somebody who may connect and nothing else, and `grant` runs a GRANT statement for them
    as the administrator.
    """

    engine: Engine
    settings: Mapping[str, Any]
    schema: str
    state: str = "wsync"
    faults: Mapping[str, Fault] = field(default_factory=dict)
    elsewhere: Callable[[], None] = nowhere_else
    poor: Mapping[str, Any] | None = None
    grant: Callable[[str], None] | None = None

    @property
    def name(self) -> str:
        return self.engine.name

    @property
    def block(self) -> str:
        """The `warehouse:` block as YAML."""
        return json.dumps({"type": self.name, **self.settings})

    def open(self, settings: Mapping[str, Any] | None = None) -> Warehouse:
        """A connection of its own."""
        told = self.settings if settings is None else settings
        return adapters.connect(adapters.settings_model(self.name).model_validate({"type": self.name, **told}))

    # -- text ----------------------------------------------------------------------------------------------------

    def text(self, duckdb: str) -> str:
        """A statement written for duckdb, as this engine's; names without quotes are the server's own spelling."""
        rendering = self.engine.rendering
        tree = rendering.rewrite(rendering.folded(sqlglot.parse_one(duckdb, read="duckdb")), "test")
        return tree.sql(dialect=rendering.dialect, identify=True)

    def spelled(self, name: str) -> str:
        """A plain name as the server spells it when it is written without quotes, any other as it stands."""
        return self.engine.rendering.spelled(name) if PLAIN.fullmatch(name) else name

    def relation(self, table: str) -> tuple[str, str]:
        """The parts of a test table's name, as a sync's source has them."""
        return self.spelled(self.schema), self.spelled(table)

    def column(self, name: str) -> str:
        """A column's name, quoted."""
        return exp.to_identifier(self.spelled(name), quoted=True).sql(self.engine.rendering.dialect)

    def table(self, name: str) -> str:
        """A test table's whole name, quoted."""
        schema, table = self.relation(name)
        return exp.table_(table, db=schema, quoted=True).sql(self.engine.rendering.dialect)

    # -- tables of the tests -------------------------------------------------------------------------------------

    def create(self, warehouse: Warehouse, name: str, columns: Mapping[str, str]) -> None:
        """A table in `schema` of columns of these kinds; a kind that `types` does not know is a type of the engine."""
        types = self.engine.types
        listed = ", ".join(f"{self.column(column)} {types.get(kind, kind)}" for column, kind in columns.items())
        warehouse.execute(f"create table {self.table(name)} ({listed})", "test")

    def fill(self, warehouse: Warehouse, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """The table has exactly these rows."""
        warehouse.execute(f"delete from {self.table(name)} where 1 = 1", "test")
        types = [self.engine.types[kind] for kind in columns.values()]
        listed = ", ".join(self.column(column) for column in columns)
        told = [", ".join(map(self.value, row, types)) for row in rows]
        if told:
            values = ", ".join(f"({row})" for row in told)
            warehouse.execute(f"insert into {self.table(name)} ({listed}) values {values}", "test")

    def value(self, value: Any, type_: str) -> str:
        """A value as a literal of this type."""
        if value is None:
            return "null"
        plain = str(value).lower() if isinstance(value, bool) else str(value)
        return f"cast({exp.Literal.string(plain).sql(self.engine.rendering.dialect)} as {type_})"

    # -- what is there -------------------------------------------------------------------------------------------

    def query(self, warehouse: Warehouse, duckdb: str) -> list[tuple[Any, ...]]:
        """The rows of a SELECT written for duckdb; `wsync.` stands for the state schema."""
        return warehouse.query(self.text(duckdb.replace("wsync.", f'"{self._state}".')), "test")

    def execute(self, warehouse: Warehouse, duckdb: str) -> None:
        """Run a statement written for duckdb; `wsync.` stands for the state schema."""
        warehouse.execute(self.text(duckdb.replace("wsync.", f'"{self._state}".')), "test")

    @property
    def _state(self) -> str:
        return self.engine.rendering.spelled(self.state)

    def backdate(self, warehouse: Warehouse, table: str, column: str, by: timedelta) -> None:
        """Every row of a state table happened so long ago."""
        then = literal(datetime.now(UTC) - by).sql("duckdb")
        self.execute(warehouse, f"update wsync.{table} set {column} = {then} where 1 = 1")

    def log(self, warehouse: Warehouse, run_id: str | None = None, columns: str = LOG) -> list[tuple[Any, ...]]:
        """The log's rows, of one run or of all, in the order of their text."""
        which = f" where sync_run_id = '{run_id}'" if run_id else ""
        return in_order(self.query(warehouse, f"select {columns} from wsync.sync_log{which}"))

    def mirror(self, warehouse: Warehouse, sync: str = "people", columns: str = MIRROR) -> list[tuple[Any, ...]]:
        """The mirror's rows without times and run ids, in the order of their text."""
        return in_order(self.query(warehouse, f"select {columns} from wsync.mirror_{sync}"))


def in_order(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows sorted by their text, so that nulls and numbers do."""
    return sorted(rows, key=lambda row: [str(cell) for cell in row])
