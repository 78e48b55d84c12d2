"""One sync of one table on a warehouse under test, into the tiny destination."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.engine import a_sync
from tests.members import Members, connector
from tests.places import Place
from tests.scenario import COLUMNS
from warehouse_sync.adapters import Warehouse
from warehouse_sync.ledger import claims, settling
from warehouse_sync.ledger.core import Ledger, Run
from warehouse_sync.model import Answer, Mapped, Ports, Source
from warehouse_sync.runner import Request, Result, Runner, new_run_id


class Syncing:
    """The table `people` (or another) of a place, its sync and its platform; every run uses one connection.

    `platform` are facts in which the platform's connector is another than usual.
    """

    def __init__(
        self,
        place: Place,
        warehouse: Warehouse,
        *,
        table: str = "people",
        columns: Mapping[str, str] = COLUMNS,
        **settings: Any,
    ) -> None:
        self.place, self.warehouse, self.members = place, warehouse, Members()
        self.table, self.columns, self.page_rows = table, columns, 3
        self.platform: dict[str, Any] = {}
        self.passed: list[str] = []
        self.ports = Ports(boundary=self.passed.append, sleep=lambda _seconds: None)
        self.sync = replace(a_sync(**settings), source=Source(place.relation(table), label=table))
        place.create(warehouse, table, columns)

    @classmethod
    def keyed(cls, place: Place, warehouse: Warehouse, **keys: str) -> Syncing:
        """A sync of key columns of these kinds and one address."""
        mapping = (Mapped("EMAIL", "email"),)
        columns = {**keys, "email": "text"}
        return cls(place, warehouse, table="keyed", columns=columns, primary_key=tuple(keys), mapping=mapping)

    def read(self, table: str) -> None:
        """The sync reads another table from now on."""
        self.sync = replace(self.sync, source=Source(self.place.relation(table), label=table))

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.warehouse, self.place.state, self.sync, self.ports)

    def rows(self, *rows: tuple[Any, ...]) -> None:
        """The source has exactly these rows."""
        self.place.fill(self.warehouse, self.table, self.columns, rows)

    def run(self, kind: Any = "run", **request: Any) -> Result:
        return self.runner(self.ledger).run(Request(kind, **request))

    def runner(self, ledger: Ledger) -> Runner:
        spoken = replace(connector(self.members, self.page_rows), **self.platform)
        return Runner(ledger, spoken, ledger.ports)

    def decide(self, status: Answer = "succeeded") -> None:
        """The platform works on everything that it only accepted, and the sync asks for its verdicts."""
        for reference in list(self.members.accepted):
            self.members.decide(reference, status)
        self.run("poll")

    def log(self, run: Result) -> list[tuple[Any, ...]]:
        return self.place.log(self.warehouse, run.run_id)

    def mirror(self) -> list[tuple[Any, ...]]:
        return self.place.mirror(self.warehouse)

    def on(self, warehouse: Warehouse, boundary: Callable[[str], None] | None = None) -> Ledger:
        """The sync's ledger on another connection, or with another watch on its boundaries."""
        ports = replace(self.ports, boundary=boundary) if boundary else self.ports
        return Ledger(warehouse, self.place.state, self.sync, ports)

    def claim(self, ledger: Ledger | None = None) -> Run:
        """A claim of a run that does nothing yet."""
        run = Run(new_run_id(), 0, "run", "", "", "", (), None)
        return claims.claim(ledger or self.ledger, run, account="1")

    def crash(self, boundary: str) -> None:
        """A run that ended at this boundary, long enough ago for its lease to be over."""

        def crash(name: str) -> None:
            if name == boundary:
                raise SystemExit

        with pytest.raises(SystemExit):
            self.runner(self.on(self.warehouse, crash)).run(Request())
        self.expire()

    def expire(self) -> None:
        """The newest claim's lease ended an hour ago."""
        newest = self.ledger.tables.claim(claims.claims(self.ledger)[0])
        self.place.backdate(self.warehouse, newest, "heartbeat_at", timedelta(hours=1))

    def newest_run(self) -> Run:
        """The run that wrote its row last, as recovery would settle it."""
        newest = "select sync_run_id, fence from wsync.runs order by fence desc limit 1"
        ((run_id, fence),) = self.place.query(self.warehouse, newest)
        run = settling.stored(self.ledger, run_id, fence)
        assert run is not None
        return run
