"""In what order and form changes travel: removals after adds, and updates as delete and insert."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.model.world import Seen, World
from warehouse_sync.connectors import Connector

ADA = (1, "ada@x.io", "111", "Oslo")
BOB = (2, "bob@x.io", "222", "Bonn")


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def requests(world: World, since: int) -> list[tuple[str, list[str]]]:
    """Action and e-mails of each request."""
    told = world.members.requests[since:]
    return [(action, [str(tokens.get("EMAIL")) for tokens in rows]) for action, rows in told]


def test_removals_after_adds_follow_the_adds_they_have_nothing_in_common_with(world: World) -> None:
    world.sync = replace(world.sync, removals="after_adds")
    world.now(ADA, BOB)
    since = len(world.members.requests)
    world.now((1, "new@x.io", "111", "Oslo"), (3, "cem@x.io", None, None))
    first, second, third = requests(world, since)
    assert first == ("add", ["cem@x.io"])
    assert (second[0], sorted(second[1])) == ("remove", ["ada@x.io", "bob@x.io"])
    assert third == ("add", ["new@x.io"])
    assert world.members_now() == ["cem@x.io", "new@x.io 111"]


def replacing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = world._connector

    def replaced() -> Connector:
        return replace(made(), updates="replace")

    monkeypatch.setattr(world, "_connector", replaced)


def test_where_there_is_no_update_a_change_is_a_delete_and_an_insert(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    replacing(world, monkeypatch)
    world.now(ADA, BOB)
    seen = world.now((1, "ada@x.io", "111", "Rome"), BOB)
    assert seen.operations == [("add", "changed", "ada@x.io 111 Rome"), ("remove", "changed", "ada@x.io 111 Oslo")]
    assert world.log(seen) == [("1", "delete", "succeeded", "changed"), ("1", "insert", "succeeded", "changed")]
    assert world.mirror() == {"ada@x.io 111": "member", "bob@x.io 222": "member"}
    assert world.now((1, "ada@x.io", "111", "Rome"), BOB).operations == []


@pytest.mark.parametrize("fault", [["lost request"], [None, "lost request"], [None, "lost answer"], ["refused"]])
def test_of_a_delete_and_an_insert_the_second_is_what_the_mirror_remembers(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: list[Any]
) -> None:
    replacing(world, monkeypatch)
    world.now(ADA)
    changed = (1, "ada@x.io", "111", "Rome")
    seen: Seen = world.now(changed, faults=fault)
    assert list(world.mirror()) == ["ada@x.io 111"]
    assert len(world.log(seen)) == 2
    world.now(changed)
    world.now(changed)
    assert (world.mirror(), world.members_now()) == ({"ada@x.io 111": "member"}, ["ada@x.io 111"])
