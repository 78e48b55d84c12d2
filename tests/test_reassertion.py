"""Lists forget: members are sent again in time, and all of them where a list has lost its members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.members import connector
from tests.model.world import World
from warehouse_sync.ledger.core import Ledger
from warehouse_sync.model import Ports
from warehouse_sync.runner import Request, Runner

PEOPLE = [(n, f"p{n}@x.io", None, "Oslo") for n in range(64)]


@pytest.fixture
def world() -> Iterator[World]:
    made = World(page_rows=100, reassert_every="60 days")
    made.now(*PEOPLE)
    yield made
    made.close()


def age(world: World, days: float) -> None:
    """Everybody was sent so many days earlier."""
    hours = round(days * 24)
    world.warehouse.execute(
        f"update wsync.mirror_people set last_sent_at = last_sent_at - interval {hours} hour where true", "test"
    )


def test_nobody_is_sent_again_in_the_first_half_of_the_period(world: World) -> None:
    age(world, 29)
    assert world.now(*PEOPLE).operations == []


def test_everybody_is_sent_again_in_slices_before_the_period_is_over(world: World) -> None:
    sent = []
    for _ in range(16):
        age(world, 60 / 32)
    for _ in range(16):
        age(world, 60 / 32)
        seen = world.now(*PEOPLE)
        assert {reason for _, reason, _ in seen.operations} <= {"reasserted"}
        sent.append(len(seen.operations))
    assert sum(sent) == 64
    assert max(sent) < 20


def test_sending_again_is_logged_and_counts_from_then_on(world: World) -> None:
    age(world, 61)
    seen = world.now(*PEOPLE)
    assert {row[1:] for row in world.log(seen)} == {("insert", "succeeded", "reasserted")}
    assert len(seen.operations) == 64
    assert world.now(*PEOPLE).operations == []


def test_without_the_setting_nobody_is_sent_again(world: World) -> None:
    world.sync = replace(world.sync, reassert_every=None)
    age(world, 1000)
    assert world.now(*PEOPLE).operations == []


def test_a_list_that_lost_its_members_is_filled_again(world: World) -> None:
    world.members.entries.clear()
    expired = replace(connector(world.members, 100), emptied=lambda _api, _audience: "the list expired")
    result = Runner(Ledger(world.warehouse, "wsync", world.sync, Ports()), expired, Ports()).run(Request("run"))
    assert (result.status, result.warnings, result.counts["succeeded_insert"]) == (
        "succeeded",
        ("the list expired",),
        64,
    )
    assert len(world.members_now()) == 64
