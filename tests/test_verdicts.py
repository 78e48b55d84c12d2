"""Verdicts that come later: what is only accepted is no member yet, and nothing overtakes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.members import Members, connector
from tests.model.world import World
from warehouse_sync.errors import Unavailable
from warehouse_sync.ledger.core import Ledger
from warehouse_sync.model import Later, Ports
from warehouse_sync.runner import Request, Runner

ADA = (1, "ada@x.io", "111", "Oslo")
BOB = (2, "bob@x.io", "222", "Bonn")


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.members.later = True
    yield made
    made.close()


def decide(world: World, status: str = "succeeded") -> None:
    for reference in list(world.members.accepted):
        world.members.decide(reference, status)  # type: ignore[arg-type]


def test_what_is_accepted_becomes_a_member_with_its_verdict(world: World) -> None:
    first = world.now(ADA)
    assert world.log(first) == [("1", "insert", "accepted", "new")]
    assert (world.mirror(), first.status) == ({"ada@x.io 111": "accepted"}, "succeeded")
    decide(world)
    assert world.run("poll").result.counts == {"answered_rows": 1, "pending_rows": 0}  # type: ignore[union-attr]
    assert world.mirror() == {"ada@x.io 111": "member"}
    assert world.log(first) == [("1", "insert", "accepted", "new"), ("1", "insert", "succeeded", "new")]
    latest = "select status from wsync.sync_log_latest"
    assert world.sql(latest) == [("succeeded",)]


def test_without_a_verdict_nothing_more_is_asked(world: World) -> None:
    world.now(ADA)
    again = world.now(ADA)
    assert (again.operations, again.answers, world.mirror()) == ([], [], {"ada@x.io 111": "accepted"})
    assert world.run("poll").result.counts == {"answered_rows": 0, "pending_rows": 1}  # type: ignore[union-attr]


def test_a_removal_that_is_only_accepted_is_not_yet_done(world: World) -> None:
    world.now(ADA)
    decide(world)
    seen = world.now()
    assert (world.log(seen), world.mirror()) == ([("1", "delete", "accepted", "gone")], {"ada@x.io 111": "leaving"})
    decide(world)
    world.run("poll")
    assert (world.mirror(), world.members_now()) == ({}, [])


def test_who_shares_an_identifier_with_what_leaves_waits_for_its_verdict(world: World) -> None:
    world.now(ADA)
    decide(world)
    rekey = world.now((1, "new@x.io", "111", "Oslo"))
    assert rekey.operations == [("remove", "rekeyed", "ada@x.io Oslo"), ("wait", "rekeyed", "")]
    assert world.mirror() == {"ada@x.io 111": "leaving", "new@x.io 111": "waiting"}
    still = world.now((1, "new@x.io", "111", "Oslo"))
    assert still.operations == []
    decide(world)
    then = world.now((1, "new@x.io", "111", "Oslo"))
    assert then.operations == [("add", "new", "new@x.io 111 Oslo")]
    decide(world)
    world.run("poll")
    assert world.members_now() == ["new@x.io 111"]


def test_a_row_that_changes_while_it_waits_is_sent_as_it_is_then(world: World) -> None:
    world.now(ADA)
    assert world.now((1, "ada@x.io", "111", "Rome")).operations == [("wait", "changed", "")]
    decide(world)
    assert world.now((1, "ada@x.io", "111", "Rome")).operations == [("add", "changed", "ada@x.io 111 Rome")]


def test_who_is_wanted_again_while_leaving_comes_back_after_the_verdict(world: World) -> None:
    world.now(ADA)
    decide(world)
    world.now()
    assert world.now(ADA).operations == [("wait", "new", "")]
    decide(world)
    assert world.now(ADA).operations == [("add", "new", "ada@x.io 111 Oslo")]


@pytest.mark.parametrize(
    ("status", "logged"), [("failed", "failed"), ("partial", "in_doubt"), ("in_doubt", "in_doubt")]
)
def test_a_verdict_that_is_no_success_leaves_the_member_in_doubt(world: World, status: str, logged: str) -> None:
    first = world.now(ADA, BOB)
    decide(world, status)
    world.run("poll")
    assert set(world.mirror().values()) == {"in_doubt"}
    assert sorted({row[2] for row in world.log(first)}) == sorted({"accepted", logged})


def test_a_request_refused_later_is_tried_again_with_growing_pauses(world: World) -> None:
    world.now(ADA)
    tried = []
    for _ in range(8):
        decide(world, "failed")
        tried.append(bool(world.now(ADA).operations))
    assert tried == [False, True, False, False, True, False, False, False]


def test_asking_twice_writes_one_line(world: World) -> None:
    first = world.now(ADA)
    decide(world)
    crashed = world.run("poll", crash_at="after poll/log")
    assert crashed.crashed_at is not None
    world.run("poll")
    assert world.log(first) == [("1", "insert", "accepted", "new"), ("1", "insert", "succeeded", "new")]
    assert world.mirror() == {"ada@x.io 111": "member"}


@pytest.mark.parametrize("at", ["after poll/expect", "before poll/gone", "after poll/gone", "before poll/known"])
def test_a_poll_that_dies_leaves_a_mirror_that_the_next_run_trusts(world: World, at: str) -> None:
    world.now(ADA, BOB)
    decide(world)
    world.now(BOB)
    decide(world)
    world.run("poll", crash_at=at)
    assert world.now(BOB).status == "succeeded"
    assert world.mirror() == {"bob@x.io 222": "member"}


def test_a_platform_that_cannot_be_asked_leaves_the_run_to_go_on(world: World) -> None:
    world.now(ADA)

    def unreachable(_api: Members, _audience: str, _reference: str) -> Later:
        raise Unavailable("no answer", code="no_answer")

    ledger = Ledger(world.warehouse, "wsync", world.sync, Ports())
    result = Runner(ledger, replace(connector(world.members), poll=unreachable), Ports()).run(Request("run"))
    assert (result.status, result.warnings) == ("succeeded", ("verdicts could not be asked for: no answer",))
