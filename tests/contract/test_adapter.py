"""What every warehouse adapter does alike: whole runs. The warehouses are listed in `tests/warehouses.py`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.syncing import Syncing
from tests.members import Fault
from tests.places import Place
from tests.scenario import FIRST, FIRST_LOG, MEMBERS, SECOND, SECOND_LOG
from warehouse_sync.adapters import Warehouse
from warehouse_sync.ledger import settling
from warehouse_sync.model import Action, Source


def test_two_runs_over_changed_data_give_the_same_members_and_log_everywhere(
    place: Place, warehouse: Warehouse
) -> None:
    syncing = Syncing(place, warehouse)
    syncing.members.refused = {"refused@example.com"}
    syncing.rows(*FIRST)
    assert syncing.log(syncing.run()) == FIRST_LOG
    syncing.rows(*SECOND)
    assert syncing.log(syncing.run()) == SECOND_LOG
    assert syncing.members.tokens == MEMBERS


def test_what_the_platform_did_not_answer_is_in_doubt_and_sent_again(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing(place, warehouse)
    syncing.page_rows = 100
    syncing.rows(*SECOND)

    def lost(action: Action) -> Fault | None:
        return "lost answer" if action == "add" else None

    syncing.members.fault = lost
    first = syncing.run()
    assert {line[1:4] for line in syncing.log(first)} == {("insert", "in_doubt", "new")}
    syncing.members.fault = lambda _action: None
    assert {line[1:4] for line in syncing.log(syncing.run())} == {("insert", "succeeded", "recovered")}


def test_a_run_without_changes_sends_and_logs_nothing(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing(place, warehouse)
    syncing.rows(*SECOND)
    syncing.run()
    sent = len(syncing.members.requests)
    again = syncing.run()
    assert (syncing.log(again), len(syncing.members.requests)) == ([], sent)


def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(place: Place, warehouse: Warehouse) -> None:
    syncing, counts = Syncing(place, warehouse), []
    syncing.page_rows = 1000
    for rows in (1, 2, 3, 9, 200):
        syncing.passed.clear()
        syncing.rows(*((n, f"p{rows}{n}@example.com", None, None) for n in range(rows)))
        syncing.run()
        counts.append(len(syncing.passed))
    assert counts[-1] == counts[-2]


BOUNDARIES = (
    "after run/claim",
    "after run/changes",
    "before run/snapshot",
    "after run/plan",
    "after run/phase",
    "after load outcome",
    "before settle/mirror_insert",
    "after settle/log",
)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_crash_is_made_good_by_the_next_run(place: Place, warehouse: Warehouse, boundary: str) -> None:
    syncing = Syncing(place, warehouse)
    syncing.rows(*SECOND)
    syncing.run()
    syncing.rows((1, "ann@example.com", None, None), *SECOND[1:3])
    syncing.crash(boundary)
    syncing.rows((1, "ann@example.com", None, None))
    assert syncing.run().status == "succeeded"
    assert syncing.members.tokens == {("EMAIL", "ann@example.com")}
    assert [row[:2] for row in syncing.mirror()] == [("1", "member")]


def test_what_a_crashed_run_sent_is_settled_by_the_next(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing(place, warehouse)
    syncing.rows(*SECOND)
    syncing.crash("before settle/mirror_insert")
    lost = syncing.newest_run()
    assert syncing.run().recovered == (lost.id,)
    assert {line[2] for line in place.log(warehouse, lost.id)} == {"succeeded"}


def test_state_writes_of_an_overtaken_run_change_nothing(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing(place, warehouse)
    syncing.rows(*SECOND)
    syncing.crash("before settle/verdict")
    overtaken = syncing.newest_run()
    syncing.claim()
    settling.settle(syncing.ledger, overtaken, missing="aborted")
    assert (syncing.mirror(), place.log(warehouse)) == ([], [])
    assert place.query(warehouse, "select phase from wsync.runs") == [("sending",)]


def test_log_rows_older_than_the_retention_go(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing(place, warehouse, log_retention_days=1)
    syncing.rows(*SECOND)
    old = syncing.run()
    place.backdate(warehouse, "sync_log", "logged_at", timedelta(hours=23))
    syncing.run()
    assert len(syncing.log(old)) == len(SECOND)
    place.backdate(warehouse, "sync_log", "logged_at", timedelta(hours=25))
    syncing.rows(*SECOND, (11, "late@example.com", None, None))
    new = syncing.run()
    assert (syncing.log(old), len(syncing.log(new))) == ([], 1)


def test_so_many_snapshots_are_kept_and_no_other_table_of_a_run(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing(place, warehouse, snapshots=2)
    runs = []
    for n in range(4):
        syncing.rows((1, f"ann{n}@example.com", None, None))
        runs.append(syncing.run().run_id)
    named = [syncing.ledger.tables.run_of(name) for name in warehouse.tables(place.state)]
    assert {each for each in named if each} == {("snapshot", run_id) for run_id in runs[-2:]}


def test_times_are_utc_whatever_the_zone_of_the_server(place: Place, warehouse: Warehouse) -> None:
    place.elsewhere()
    elsewhere = place.open()
    syncing = Syncing(place, elsewhere)
    syncing.rows(*SECOND)
    syncing.run()
    told = place.query(elsewhere, "select max(logged_at), max(sync_started_at) from wsync.sync_log")[0]
    elsewhere.close()
    for logged in told:
        assert logged.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - logged) < timedelta(minutes=1)


def test_the_source_may_be_one_select(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing(place, warehouse)
    syncing.rows(*SECOND)
    city = place.column("city")
    query = f"select * from {place.table('people')} where {city} = 'Ulm' -- only Ulm"
    syncing.sync = replace(syncing.sync, source=Source(query=query, label="ulm.sql"))
    syncing.run()
    assert syncing.run().status == "succeeded"
    assert {token for _, token in syncing.members.tokens if "@" in token} == {
        "ann.new@example.com",
        "eva@example.com",
    }


def test_a_verdict_that_comes_later_is_learned(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing(place, warehouse)
    syncing.members.later = True
    syncing.rows(*SECOND)
    first = syncing.run()
    assert {line[1:4] for line in syncing.log(first)} == {("insert", "accepted", "new")}
    syncing.decide()
    assert {row[1] for row in syncing.mirror()} == {"member"}
    syncing.rows(*SECOND[1:])
    syncing.run()
    assert {row[1] for row in syncing.mirror()} == {"member", "leaving"}
    syncing.decide()
    assert [row[1] for row in syncing.mirror()] == ["member"] * (len(SECOND) - 1)
