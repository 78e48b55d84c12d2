"""A run into an HTTP API is killed at every boundary; the next one makes the records equal to the source."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.http_api.test_http_scenario import ENVIRON, TOKEN, UPDATE, Records, Row, wanted
from warehouse_sync.config import load
from warehouse_sync.connectors import connector_of
from warehouse_sync.ledger import claims
from warehouse_sync.model import Ports
from warehouse_sync.opening import ledger_of, open_warehouse
from warehouse_sync.runner import Kind, Request, Runner
from warehouse_sync.sandbox import Sandbox

BEFORE: list[Row] = [
    (1, "r1", "ann@example.com", "Rome"),
    (2, "r2", "bob@example.com", "Oslo"),
    (3, "r3", None, "Bern"),
    (4, "r4", "dan@example.com", "Kyiv"),
]
AFTER: list[Row] = [
    (1, "r1", "moved@example.com", "Rome"),
    (3, "r3-new", None, "Bern"),
    *BEFORE[3:],
    (5, "r5", None, "x"),
]
"""1 has changed, 2 is gone, 3 has another record key, 5 comes."""


class Trial:
    """The project, put back before every trial to where the first run left it."""

    def __init__(self, folder: Path, sandbox: Sandbox, update: str) -> None:
        self.story, self.folder, self.sandbox = Records(folder, sandbox, update), folder, sandbox
        self.story.people(BEFORE)
        self.run()
        self.story.people(AFTER)
        shutil.copy(folder / "shop.duckdb", folder / "kept.duckdb")
        self.kept = dict(self.records)

    @property
    def records(self) -> dict[str, Any]:
        found: dict[str, Any] = self.sandbox.others["receiver"].audiences["4711"]  # type: ignore[attr-defined]
        return found

    def run(self, kill: int = -1, kind: Kind = "run") -> list[str]:
        """The boundaries a run passes; it is killed at the one of this number."""
        passed: list[str] = []

        def boundary(name: str) -> None:
            passed.append(name)
            if len(passed) - 1 == kill:
                raise SystemExit

        project = load(self.folder, ENVIRON)
        ports = Ports(boundary=boundary, sleep=lambda _seconds: None)
        with open_warehouse(project) as warehouse:
            ledger = ledger_of(project, project.syncs[0], warehouse, ports)
            with suppress(SystemExit):
                Runner(ledger, connector_of(project.syncs[0]), ports).run(Request(kind))
            self.expire(ledger_of(project, project.syncs[0], warehouse, Ports()))
        return passed

    def expire(self, ledger: Any) -> None:
        """The newest claim's lease ended an hour ago."""
        for number in claims.claims(ledger)[:1]:
            table = f"{self.story.state}.{ledger.tables.claim(number)}"
            ledger.warehouse.execute(f"update {table} set heartbeat_at = heartbeat_at - interval 1 hour", "backdate")

    def restore(self) -> None:
        shutil.copy(self.folder / "kept.duckdb", self.folder / "shop.duckdb")
        self.records.clear()
        self.records.update(self.kept)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(token=TOKEN) as sandbox:
        sandbox.create_audience("Buyers", id="4711", platform="receiver")
        yield sandbox


UPDATES = pytest.mark.parametrize("update", [UPDATE, ""], ids=["own update", "none"])


def swept(trial: Trial, stride: int, kind: Kind = "run") -> None:
    """Killed at each request and at every so-manieth boundary; the next run makes it good."""
    assert trial.records == wanted(BEFORE)
    passed = trial.run(kind=kind)
    assert trial.records == wanted(AFTER)
    requests = [at for at, name in enumerate(passed) if " records" in name]
    assert len(requests) >= 4
    for kill in sorted({*requests, *(at + 1 for at in requests), *range(0, len(passed), stride)}):
        trial.restore()
        trial.run(kill, kind)
        trial.run()
        assert trial.records == wanted(AFTER), f"killed at {passed[kill]}"


@UPDATES
def test_a_run_killed_anywhere_is_made_good_by_the_next(tmp_path: Path, sandbox: Sandbox, update: str) -> None:
    swept(Trial(tmp_path, sandbox, update), 18)


@pytest.mark.sweep
@UPDATES
def test_a_run_killed_at_any_boundary_is_made_good_by_the_next(tmp_path: Path, sandbox: Sandbox, update: str) -> None:
    """Takes three minutes."""
    swept(Trial(tmp_path, sandbox, update), 1)


@pytest.mark.sweep
@UPDATES
def test_a_list_being_replaced_is_made_good_too(tmp_path: Path, sandbox: Sandbox, update: str) -> None:
    """Takes three minutes."""
    swept(Trial(tmp_path, sandbox, update), 1, "replace")
