"""A sync whose warehouse prepares changes by itself: the task's script is run by a plain driver, as a scheduler would.

Everything else is as in `tests.engine`; the second place is a real PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from tests.engine import Engine
from tests.members import FIELDS, Members, connector
from warehouse_sync import adapters
from warehouse_sync.fields import preparer
from warehouse_sync.ledger import task_script, tasks
from warehouse_sync.ledger.core import Ledger
from warehouse_sync.ledger.source import describe_source
from warehouse_sync.model import Source
from warehouse_sync.runner import Request, Result, Runner
from warehouse_sync.statements import Shape

Execute = Callable[[str], list[tuple[Any, ...]]]


class Tasked(Engine):
    """One sync on duckdb, or where `server` is given on PostgreSQL, and its task."""

    def __init__(
        self, folder: Path, server: dict[str, Any] | None = None, members: Members | None = None, **settings: Any
    ) -> None:
        schema = "public" if server else "main"
        told = {"source": Source((schema, "people"), label=f"{schema}.people"), **settings}
        super().__init__(folder, members, **told)
        self.server, self.schema, self.digest_key = server, schema, False
        if server:
            self.by_hand("drop schema if exists wsync cascade")

    def open(self) -> adapters.Warehouse:
        if self.server is None:
            return super().open()
        return adapters.connect(adapters.settings_model("postgres").model_validate(self.server))

    @contextmanager
    def plain(self) -> Iterator[Execute]:
        """A connection that knows nothing of wsync, each statement committed by itself."""
        server = {name: value for name, value in (self.server or {}).items() if not name.endswith("_seconds")}
        connection: Any = psycopg.connect(**server, autocommit=True) if server else duckdb.connect(str(self.path))

        def execute(sql: str) -> list[tuple[Any, ...]]:
            done = connection.execute(sql)
            return done.fetchall() if done.description else []

        try:
            yield execute
        finally:
            connection.close()

    def by_hand(self, *statements: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        with self.plain() as execute:
            for statement in statements:
                found = execute(statement)
        return found

    def sql(self, *statements: str) -> list[tuple[Any, ...]]:
        return self.by_hand(*statements)

    def source(self, rows: Iterable[Sequence[Any]]) -> None:
        table = f"{self.schema}.people"
        self.by_hand(
            f"drop table if exists {table}", f"create table {table} (id bigint, email text, phone text, city text)"
        )
        warehouse = self.open()
        try:
            warehouse.load(self.schema, "people", ("id", "email", "phone", "city"), list(rows))
        finally:
            warehouse.close()

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        warehouse = self.open()
        try:
            yield Ledger(warehouse, "wsync", self.sync, self.ports, shape=Shape(digest_key=self.digest_key))
        finally:
            warehouse.close()

    def run(self, kind: Any = "run", **request: Any) -> Result:
        with self.ledger() as ledger:
            return Runner(ledger, connector(self.members, self.page_rows), self.ports).run(Request(kind, **request))

    def script(self) -> list[tuple[str, str]]:
        """(name, text) of the task as it is compiled now, its session's settings first."""
        with self.ledger() as ledger:
            statements = task_script.script(
                describe_source(ledger), preparer(FIELDS, self.sync.mapping, sync="").fields
            )
            scheduler = ledger.warehouse.dialect.task
            assert scheduler is not None
            return [*(("session", each) for each in scheduler.session), *statements]

    def task(self, script: Sequence[tuple[str, str]] | None = None) -> None:
        """The scheduler runs the task."""
        self.by_hand(*(sql for _, sql in (self.script() if script is None else script)))

    def waiting(self) -> tasks.Waiting | None:
        with self.ledger() as ledger:
            return tasks.waiting(ledger)

    def marker(self) -> list[tuple[Any, ...]]:
        return self.by_hand("select verdict, changed_rows, changed_keys from wsync.task_marker_people")

    def left(self) -> set[str]:
        """The task's tables that are there."""
        found = self.by_hand("select table_name from information_schema.tables where table_schema = 'wsync'")
        return {name.removesuffix("_people") for (name,) in found if name.startswith("task_")}

    def trigger(self, run_id: str) -> str:
        return str(self.by_hand(f"select run_trigger from wsync.runs where sync_run_id = '{run_id}'")[0][0])
