"""A run into Google, which answers later, is killed at every boundary; the next ones make the list equal to the source.

An ordinary session kills where most is under way; the sweep at every boundary.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.google.test_google_scenario import (
    ADD_SECONDS,
    ENVIRON,
    REFRESH,
    REMOVE_SECONDS,
    SECRET,
    Story,
    person,
    under_way_together,
    wanted,
)
from warehouse_sync.config import load
from warehouse_sync.connectors import connector_of
from warehouse_sync.ledger import claims
from warehouse_sync.model import Ports
from warehouse_sync.opening import ledger_of, open_warehouse
from warehouse_sync.runner import Request, Runner
from warehouse_sync.sandbox import Sandbox

BEFORE = [
    person(1, "ann@example.com", "+18005550101", "Ann", "Lee", "94043"),
    person(2, "bob@example.com", "+18005550101"),
    person(3, "cem@example.com", "+18005550103"),
    person(4, "dee@example.com", consent="granted"),
    person(5, "eva@example.com"),
    person(6, "fay@example.com"),
]
AFTER = [
    person(1, "ann.moved@example.com", "+18005550101", "Ann", "Lee", "10001"),
    person(3, "cem@example.com", "+18005550104"),
    person(4, "dee@example.com", consent="denied"),
    *BEFORE[4:],
    person(7, "gus@example.com"),
]
"""1 has another e-mail and address, 2 (who shared a number with 1) is gone, 3 has another number, 4 denies, 7 comes."""
ENOUGH = 3
"""Runs after which all is done: one asks and removes, one asks and adds, one asks."""


class Trial:
    """The project and its platform, put back before every trial to where the first runs left them."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.story, self.folder, self.sandbox = Story(folder, sandbox), folder, sandbox
        self.part: Any = sandbox.parts["google"]
        self.story.customers(BEFORE)
        self.runs(1)
        self.story.customers(AFTER)
        shutil.copy(folder / "shop.duckdb", folder / "kept.duckdb")
        self.kept = deepcopy((self.part.lists, self.part.uploads)), sandbox.clock.offset

    def restore(self) -> None:
        shutil.copy(self.folder / "kept.duckdb", self.folder / "shop.duckdb")
        self.part.lists, self.part.uploads = deepcopy(self.kept[0])
        self.sandbox.clock.offset = self.kept[1]

    def runs(self, times: int) -> None:
        """So many runs, with time between them in which Google does what it was asked."""
        for _ in range(times):
            self.run()
            self.sandbox.advance(REMOVE_SECONDS)

    def run(self, kill: int = -1) -> list[str]:
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
                Runner(ledger, connector_of(project.syncs[0]), ports).run(Request())
            self.expire(ledger_of(project, project.syncs[0], warehouse, Ports()))
        return passed

    def expire(self, ledger: Any) -> None:
        """The newest claim's lease ended an hour ago."""
        for number in claims.claims(ledger)[:1]:
            table = f"wsync.{ledger.tables.claim(number)}"
            ledger.warehouse.execute(f"update {table} set heartbeat_at = heartbeat_at - interval 1 hour", "backdate")

    def made_good(self, kill: int) -> list[str]:
        """The boundaries of the killed run, after which the next runs have made the list equal to the source."""
        self.restore()
        passed = self.run(kill)
        self.sandbox.advance(REMOVE_SECONDS)
        self.runs(ENOUGH)
        return passed


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    own = {"client_secret": SECRET, "refresh_token": REFRESH, "add_seconds": ADD_SECONDS}
    with Sandbox.start(platforms={"google": {**own, "remove_seconds": REMOVE_SECONDS}}) as sandbox:
        yield Trial(tmp_path, sandbox)
        assert sandbox.journal.failures == []


TELLING = ("after POST add members",)
"""The boundary at which most is under way."""


def require_made_good(trial: Trial, kills: Iterable[int], passed: list[str]) -> None:
    for kill in kills:
        killed = trial.made_good(kill)
        assert trial.story.members == wanted(AFTER, 4), f"killed at {passed[kill]}"
        assert under_way_together(trial.sandbox) == [], f"killed at {killed[-1]}"
        assert set(trial.story.mirror()) == {"member"}, f"killed at {passed[kill]}"


def test_a_run_killed_after_a_request_is_made_good_by_the_next_ones(trial: Trial) -> None:
    passed = trial.run()
    require_made_good(trial, [passed.index(name) for name in TELLING], passed)


@pytest.mark.sweep
def test_a_run_killed_anywhere_is_made_good_by_the_next_ones(trial: Trial) -> None:
    passed = trial.run()
    assert "after GET request status" in passed
    require_made_good(trial, range(len(passed)), passed)
