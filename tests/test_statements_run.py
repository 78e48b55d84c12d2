"""Every canonical statement is run on every warehouse: rendered text that no engine was asked to take proves little."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.contract.syncing import Syncing
from tests.places import Engine, Place
from tests.places.project import Shop, shop
from tests.warehouses import ENGINES, LINE, line
from warehouse_sync import managing, statements
from warehouse_sync.adapters import BUILT_IN
from warehouse_sync.compiling import mapped_fields
from warehouse_sync.erasing import forget
from warehouse_sync.errors import ConfigError
from warehouse_sync.executing import Report, owner_of, run_one
from warehouse_sync.ledger import claims, reads, task_script
from warehouse_sync.ledger.core import Ledger
from warehouse_sync.ledger.source import describe_source
from warehouse_sync.model import Gate, Ports
from warehouse_sync.opening import World, open_ledger
from warehouse_sync.runner import Request

ROOT = Path(__file__).parent
Row = tuple[int | None, str | None, str | None, str | None]

FIRST: tuple[Row, ...] = (
    (1, "ann@example.com", "+493012345678", "Ulm"),
    (2, "bob@example.com", "+493012345679", "東京"),
    (3, "cem@example.com", "+493012345670", None),
    (4, "not an address", None, None),
    (7, "dan@example.com", "+493012345679", None),
    (5, "dup@example.com", None, None),
    (5, "dup@example.com", None, "Ulm"),
    (None, "nobody@example.com", None, None),
)
SECOND: tuple[Row, ...] = (
    (1, "ann.new@example.com", "+493012345678", "Ulm"),
    (3, "cem@example.com", "+493012345670", "Bonn"),
    (6, "eve@example.com", "+493012345670", None),
    (7, "dan@example.com", "+493012345679", None),
)


@dataclass
class Rehearsal(Shop):
    """A project on one warehouse whose every statement is noted when its boundary is passed."""

    passed: list[str] = field(default_factory=list)

    @property
    def ports(self) -> Ports:
        return Ports(boundary=self.passed.append, sleep=lambda _seconds: None)

    @property
    def executed(self) -> set[str]:
        return {name.removeprefix("before ") for name in self.passed if name.startswith("before ")}

    def ledger(self) -> Any:
        return open_ledger(self.project, self.sync, self.ports)

    def run(self, kind: Any, **more: Any) -> Report:
        return run_one(self.project, self.sync, Request(kind, **more), World(self.ports), sample=5)


@pytest.fixture
def rehearsal(place: Place, tmp_path: Path) -> Iterator[Rehearsal]:
    folder = tmp_path / "project"
    folder.mkdir()
    with shop(folder, place) as made:
        yield Rehearsal(made.folder, made.place, made.sandbox)


def look(ledger: Ledger, run_id: str) -> None:
    """Everything that commands read of runs, keys and members."""
    known = reads.sync_row(ledger)
    assert known is not None
    assert [each["sync_run_id"] for each in reads.runs(ledger, run_id=run_id)] == [run_id]
    assert {each.state for each in reads.members(ledger)} == {"member"}
    assert reads.log_counts(ledger, run_id)
    assert reads.log(ledger, sync=ledger.sync.name, key="1")
    assert reads.in_baseline(ledger, "1", known.baseline_run_id)
    assert len(reads.mirrored(ledger, "1", known.baseline_run_id)) == len(reads.mirrored(ledger, "1", None)) == 1
    assert len(reads.in_source(describe_source(ledger), "1")) == 1


def read_claim(ledger: Ledger) -> None:
    """What a second run reads of the first one's claim; where one process writes, only a lost race comes to it."""
    newest = claims.claims(ledger)[0]
    tables = {"claim": ledger.tables.table(ledger.tables.claim(newest))}
    assert len(ledger.query("run/claim_read", tables=tables)) == 1


class Cut(Exception):
    """The process ends here."""


def rename_interrupted(shop: Rehearsal) -> None:
    """The name moves, the process dies right after, the same command finishes what is left; then nothing is left."""

    def cut(name: str) -> None:
        shop.passed.append(name)
        if name == "after state/rename":
            raise Cut

    with pytest.raises(Cut):
        managing.rename(shop.project, "buyers", "shoppers", replace(shop.ports, boundary=cut))
    managing.rename(shop.project, "buyers", "shoppers", shop.ports)
    with pytest.raises(ConfigError, match="was renamed before"):
        managing.rename(shop.project, "buyers", "shoppers", shop.ports)


def prepare(shop: Rehearsal) -> None:
    """What a scheduler would do: the task's statements one by one, each noted."""
    with shop.ledger() as ledger:
        for name, sql in task_script.script(describe_source(ledger), mapped_fields(shop.sync)):
            ledger.bounded(name, partial(ledger.warehouse.execute, sql, name))


def answered_later(shop: Rehearsal) -> None:
    """A platform that answers later, then one whose list is emptied and replaced, and that cannot update."""
    with closing(shop.place.open()) as warehouse:
        other = Syncing(shop.place, warehouse, table="others", name="others")
        other.ports = replace(other.ports, boundary=shop.passed.append)
        other.members.later = True
        for rows in (FIRST[:2], FIRST[:1]):
            other.rows(*rows)
            other.run()
            other.decide()
        assert {token for name, token in other.members.tokens if name == "EMAIL"} == {"ann@example.com"}
        other.members.later = False
        other.platform = {"updates": "replace", "emptied": lambda _api, _audience: "it is empty"}
        other.rows((*FIRST[0][:3], "Bonn"))
        assert other.run("replace").status == "succeeded"


def rehearse(shop: Rehearsal) -> None:
    """First run, one that dbt's results stop, plan and approval, a look at everything, somebody forgotten, a rename
    cut short, a task, the end."""
    shop.source(FIRST)
    built = Gate("an invocation of dbt", once=True)
    assert shop.run("run", gate=built).exit_code == 6
    assert shop.run("run", gate=built).exit_code == 7
    shop.source(SECOND)
    planned = shop.run("plan")
    assert planned.status == "planned" and planned.result is not None
    assert {line.reason for line in planned.plan} == {"rekeyed", "gone", "changed", "new", "repaired"}
    assert len(planned.sample) == 5
    run_id = planned.result.run_id
    assert owner_of(shop.project, run_id) == shop.sync
    applied = shop.run("apply", run_id=run_id)
    assert (applied.status, applied.exit_code) == ("succeeded", 0), applied
    with shop.ledger() as ledger:
        assert reads.owner(ledger, run_id) == "buyers"
        look(ledger, run_id)
        read_claim(ledger)
    report, receipt = forget(shop.project, shop.sync, "3", World(shop.ports))
    assert report.exit_code == 0 and receipt is not None and receipt.complete
    (shop.folder / "syncs" / "buyers.yml").rename(shop.folder / "syncs" / "shoppers.yml")
    rename_interrupted(shop)
    managing.prune(shop.project, "shoppers", shop.ports)
    prepare(shop)
    last = shop.run("run")
    assert last.exit_code == 0 and last.result is not None and last.result.prepared_at is not None
    assert managing.abandon(shop.project, "shoppers", shop.ports, sure=True).members == 3


def test_every_canonical_statement_runs_on_every_warehouse(
    rehearsal: Rehearsal, record_property: Callable[[str, object], None]
) -> None:
    rehearse(rehearsal)
    answered_later(rehearsal)
    engine, rendered = rehearsal.place.engine, statements.names()
    left = set(rendered) - rehearsal.executed
    with rehearsal.ledger() as ledger:
        record_property(LINE, line(engine, ledger.warehouse.engine, len(rendered), left))
    assert left == set(engine.not_executed)


def test_every_warehouse_has_a_place_in_the_table() -> None:
    assert tuple(each.name for each in ENGINES) == BUILT_IN


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_every_known_difference_names_a_test_that_is_there(engine: Engine) -> None:
    files = [*(ROOT / "contract").glob("test_*.py"), Path(__file__)]
    there = {name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)}
    assert {name.partition("[")[0] for name in engine.differences} <= there
    assert set(engine.not_executed) <= set(statements.names())
    assert all(engine.differences.values()) and all(engine.not_executed.values())
