"""A list of Google Ads is replaced: emptied as of a time, filled with what is wanted; killed anywhere, it converges."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.google.case import given, hashed
from tests.google.judges import judge_all
from warehouse_sync.config import load
from warehouse_sync.connectors import connector_of
from warehouse_sync.errors import AudienceRefused
from warehouse_sync.ledger import claims
from warehouse_sync.model import Ports
from warehouse_sync.opening import ledger_of, open_warehouse
from warehouse_sync.runner import Kind, Request, Runner
from warehouse_sync.sandbox import Sandbox

BUYERS = """\
source: main.customers
primary_key: id
destination: ads
audience: {name: Buyers, membership_duration: 60}
mapping: {EMAIL: email, PHONE: phone}
options: {user_data_consent: granted, personalization_consent: granted}
guards: {removals_percent: off, rekeys_percent: off}
"""
ADD_SECONDS, REMOVE_SECONDS = 300.0, 600.0
Row = tuple[int, str, str | None]

BEFORE: list[Row] = [
    (1, "ann@example.com", "+18005550101"),
    (2, "bob@example.com", "+18005550199"),
    (3, "cem@example.com", "+18005550199"),
    (4, "dan@example.com", None),
]
AFTER: list[Row] = [(1, "moved@example.com", "+18005550101"), *BEFORE[2:3], (5, "eva@example.com", None)]
"""1 has another e-mail, 2 leaves whose phone 3 has, 4 leaves, 5 comes."""


def wanted(rows: list[Row]) -> set[str]:
    named = (("emailAddress", 1), ("phoneNumber", 2))
    return {f"{name}:{hashed(str(row[at]))}" for row in rows for name, at in named if row[at]}


class Trial:
    """The project, put back before every trial to where the first run left it: all is added, no verdict asked for."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.sandbox, self.part = folder, sandbox, sandbox.parts["google"]
        (folder / "syncs").mkdir()
        ads = {"type": "google", **given(sandbox.url), "rows_per_request": 2}
        block = json.dumps({"warehouse": {"type": "duckdb", "path": "shop.duckdb"}, "destinations": {"ads": ads}})
        (folder / "wsync.yml").write_text(block)
        (folder / "syncs" / "buyers.yml").write_text(BUYERS)
        self.people(BEFORE)
        self.run()
        sandbox.advance(REMOVE_SECONDS)
        self.people(AFTER)
        shutil.copy(folder / "shop.duckdb", folder / "kept.duckdb")
        self.kept = pickle.dumps({name: getattr(self.part, name) for name in PLATFORM})

    def people(self, rows: list[Row]) -> None:
        with duckdb.connect(str(self.folder / "shop.duckdb")) as connection:
            connection.execute("create or replace table customers (id integer, email text, phone text)")
            connection.executemany("insert into customers values (?, ?, ?)", rows)

    def run(self, kill: int = -1, kind: Kind = "run") -> list[str]:
        """The boundaries a run passes; it is killed at the one of this number, and does nothing more."""
        passed: list[str] = []

        def boundary(name: str) -> None:
            passed.append(name)
            if 0 <= kill < len(passed):
                raise SystemExit

        project = load(self.folder, {})
        sync = replace(project.syncs[0], concurrency=1)
        ports = Ports(boundary=boundary, sleep=lambda _seconds: None, wall=self.sandbox.clock.now)
        with open_warehouse(project) as warehouse:
            ledger = ledger_of(project, sync, warehouse, ports)
            with suppress(SystemExit):
                Runner(ledger, connector_of(sync), ports).run(Request(kind))
            self.expire(ledger_of(project, sync, warehouse, Ports()))
        return passed

    def expire(self, ledger: Any) -> None:
        """The newest claim's lease ended an hour ago."""
        for number in claims.claims(ledger)[:1]:
            table = f"wsync.{ledger.tables.claim(number)}"
            ledger.warehouse.execute(f"update {table} set heartbeat_at = heartbeat_at - interval 1 hour", "backdate")

    def restore(self) -> None:
        shutil.copy(self.folder / "kept.duckdb", self.folder / "shop.duckdb")
        for name, value in pickle.loads(self.kept).items():
            setattr(self.part, name, value)

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder / "shop.duckdb")) as connection:
            return connection.execute(statement).fetchall()

    @property
    def members(self) -> set[str]:
        [audience] = self.sandbox.summary()
        return self.sandbox.members(audience.id)

    @property
    def asked(self) -> int:
        """How many requests were to change the list."""
        return sum(each.kind in CHANGES for each in self.sandbox.requests)

    def calmed(self) -> list[str]:
        """What is wrong after the runs that follow a kill, each of which finds the verdicts of the one before."""
        for _ in range(5):
            self.sandbox.advance(REMOVE_SECONDS)
            asked = self.asked
            self.run()
            if self.asked == asked:
                break
        wrong = [] if self.members == wanted(AFTER) else ["the list is not the source"]
        states = {state for (state,) in self.sql("select distinct state from wsync.mirror_buyers")}
        wrong += [] if states == {"member"} else [f"left {states}"]
        told = "select distinct request_id from wsync.sync_log where status = 'succeeded' and operation is not null"
        done = {reference for reference, uploads in self.part.uploads.items() if all(each.done for each in uploads)}
        return wrong + [f"falsely logged: {reference}" for (reference,) in self.sql(told) if reference not in done]


CHANGES = ("add", "remove", "clear")
PLATFORM = ("lists", "uploads", "jobs")
"""What of Google's part of the sandbox changes with a request."""


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    with Sandbox.start(platforms={"google": {"add_seconds": ADD_SECONDS, "remove_seconds": REMOVE_SECONDS}}) as sandbox:
        yield Trial(tmp_path, sandbox)
        assert sandbox.journal.failures == []
        judge_all(sandbox.requests)


def test_a_list_replaced_is_the_source_once_the_verdicts_are_there(trial: Trial) -> None:
    [(_, found)] = trial.part.lists.items()
    found.members.add(frozenset({"emailAddress:of a stranger"}), trial.sandbox.clock.now())
    trial.sandbox.advance(1)
    trial.run()
    trial.sandbox.advance(REMOVE_SECONDS)
    assert trial.run(kind="replace")[-1] == "after run/heartbeat"
    assert [each.kind for each in trial.sandbox.requests if each.kind in CHANGES].count("clear") == 1
    assert trial.calmed() == []


def test_with_a_verdict_to_come_nothing_is_sent(trial: Trial) -> None:
    trial.people(BEFORE)
    trial.run()
    trial.people(AFTER)
    trial.run()
    asked = trial.asked
    with pytest.raises(AudienceRefused, match="verdicts are still to come"):
        trial.run(kind="replace")
    assert trial.asked == asked


@pytest.mark.sweep
def test_killed_at_any_boundary_the_next_runs_converge(trial: Trial) -> None:
    """Takes five minutes."""
    passed = trial.run(kind="replace")
    assert trial.calmed() == []
    wrong = []
    for kill, name in enumerate(passed):
        trial.restore()
        trial.run(kill, "replace")
        wrong += [f"killed at {kill} ({name}): {each}" for each in trial.calmed()]
    assert wrong == []
