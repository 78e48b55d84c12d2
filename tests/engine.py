"""Small hands for the engine's tests: a sync over one table, run against the tiny destination."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.members import Members, connector
from warehouse_sync import adapters
from warehouse_sync.adapters import duckdb as duckdb_adapter
from warehouse_sync.ledger.core import Ledger
from warehouse_sync.model import AudienceSpec, GuardLimits, Mapped, Ports, Source, Sync
from warehouse_sync.runner import Request, Result, Runner

Row = tuple[Any, ...]


def a_sync(**settings: Any) -> Sync:
    """A sync of the table `people` (id, email, phone, city) into the tiny destination; guards off unless asked for."""
    told: dict[str, Any] = {
        "name": "people",
        "source": Source(("main", "people"), label="main.people"),
        "primary_key": ("id",),
        "connector": "members",
        "destination_name": "members",
        "destination": None,
        "audience": AudienceSpec(name="People"),
        "mapping": (Mapped("EMAIL", "email"), Mapped("PHONE", "phone"), Mapped("CITY", "city")),
        "guards": NO_GUARDS,
        "concurrency": 1,
    }
    return Sync(**(told | settings))


NO_GUARDS = GuardLimits(
    empty_source=False,
    removals_percent=None,
    rekeys_percent=None,
    config_change_removals=False,
    invalid_percent=None,
    field_invalid_percent=None,
    field_collapse_points=None,
    null_keys_percent=None,
    null_keys_rows=None,
)


class Engine:
    """One warehouse file, one platform, one sync; every run opens and closes the warehouse as the product does."""

    def __init__(self, folder: Path, members: Members | None = None, **settings: Any) -> None:
        self.path = folder / "test.duckdb"
        self.members = members or Members()
        self.sync = a_sync(**settings)
        self.ports = Ports(sleep=lambda _seconds: None)
        self.page_rows = 3

    def open(self) -> adapters.Warehouse:
        return duckdb_adapter.connect(duckdb_adapter.Settings(path=str(self.path)))

    def sql(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements by hand, and return the last one's rows."""
        warehouse = self.open()
        try:
            for statement in statements[:-1]:
                warehouse.execute(statement, "test")
            return warehouse.query(statements[-1], "test")
        finally:
            warehouse.close()

    def source(self, rows: Iterable[Sequence[Any]]) -> None:
        """Make the source hold exactly these rows: (id, email, phone, city)."""
        warehouse = self.open()
        try:
            warehouse.execute(
                "create or replace table main.people (id bigint, email text, phone text, city text)", "test"
            )
            warehouse.load("main", "people", ("id", "email", "phone", "city"), list(rows))
        finally:
            warehouse.close()

    def run(self, kind: Any = "run", **request: Any) -> Result:
        warehouse = self.open()
        try:
            ledger = Ledger(warehouse, "wsync", self.sync, self.ports)
            runner = Runner(ledger, connector(self.members, self.page_rows), self.ports)
            return runner.run(Request(kind, **request))
        finally:
            warehouse.close()

    def log(self, run_id: str, columns: str = "primary_key, operation, status, reason") -> list[tuple[Any, ...]]:
        return sorted(
            self.sql(f"select {columns} from wsync.sync_log where sync_run_id = '{run_id}'"),
            key=lambda row: tuple(str(cell) for cell in row),
        )

    def mirror(self) -> dict[str, str]:
        return dict(self.sql("select primary_key, state from wsync.mirror_people"))  # type: ignore[arg-type]
