"""`resync --mode replace`: afterwards the list is the source, whatever was on it and whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.members import Members
from tests.model.model import Settings
from tests.model.world import World
from warehouse_sync.errors import AudienceRefused, ConfigError
from warehouse_sync.model import GuardLimits

ADA = (1, "ada@x.io", "111", "Oslo")
BOB = (2, "bob@x.io", "222", "Bonn")
EVE = (3, "eve@x.io", "333", "Rome")
SHARING = (4, "sue@x.io", "111", "Oslo")
STRANGER = frozenset({("EMAIL", "stranger@x.io")})

WAYS = ("no", "clear", "replace")


@pytest.fixture(params=WAYS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A sync with three members to a platform that can empty its list, replace it, or neither; a page has two rows."""
    made = World()
    made.members.anew = request.param
    made.now(ADA, BOB, EVE)
    yield made
    made.close()


@pytest.fixture
def emptying() -> Iterator[World]:
    """The same to a platform that can empty its list."""
    made = World()
    made.members.anew = "clear"
    made.now(ADA, BOB, EVE)
    yield made
    made.close()


own_way = pytest.mark.parametrize("world", ["clear", "replace"], indirect=True)


def has_own_way(world: World) -> bool:
    return world.members.anew != "no"


def asked(world: World) -> list[str]:
    """What the platform was asked for since the members were added."""
    return [what for what, _ in world.members.requests[2:]]


def test_the_list_becomes_the_source(world: World) -> None:
    world.members.entries.add(STRANGER)
    world.members.entries.discard(frozenset({("EMAIL", "bob@x.io"), ("PHONE", "222")}))
    seen = world.now(ADA, BOB, SHARING, kind="replace")
    known = ["ada@x.io 111", "bob@x.io 222", "sue@x.io 111"]
    assert (seen.status, world.mirror()) == ("succeeded", dict.fromkeys(known, "member"))
    assert world.members_now() == sorted(known + ([] if has_own_way(world) else ["stranger@x.io"]))
    assert world.now(ADA, BOB, SHARING).operations == []


def test_the_platforms_own_way_is_used_where_it_has_one(world: World) -> None:
    world.now(ADA, BOB, EVE, kind="replace")
    assert (
        asked(world)
        == {
            "no": ["remove", "remove", "add", "add"],
            "clear": ["clear", "add", "add"],
            "replace": ["replace", "add"],
        }[world.members.anew]
    )


def test_each_member_is_removed_as_it_was_and_added_as_it_is_where_there_is_no_other_way(emptying: World) -> None:
    emptying.members.anew = "no"
    seen = emptying.now((1, "ada@x.io", "111", "Rome"), BOB, kind="replace")
    assert seen.operations == [
        ("add", "changed", "ada@x.io 111 Rome"),
        ("add", "reasserted", "bob@x.io 222 Bonn"),
        ("remove", "changed", "ada@x.io 111 Oslo"),
        ("remove", "gone", "eve@x.io 333 Rome"),
        ("remove", "reasserted", "bob@x.io 222 Bonn"),
    ]
    assert emptying.log(seen) == [
        ("1", "delete", "succeeded", "changed"),
        ("1", "insert", "succeeded", "changed"),
        ("2", "delete", "succeeded", "reasserted"),
        ("2", "insert", "succeeded", "reasserted"),
        ("3", "delete", "succeeded", "gone"),
    ]
    assert emptying.mirror() == dict.fromkeys(["ada@x.io 111", "bob@x.io 222"], "member")


@own_way
def test_rejected_rows_are_no_obstacle(world: World) -> None:
    world.members.refused = {"ada@x.io"}
    seen = world.now(ADA, BOB, kind="replace")
    assert (seen.status, world.members_now()) == ("partial", ["bob@x.io 222"])
    assert world.mirror() == {"ada@x.io 111": "in_doubt", "bob@x.io 222": "member"}


@own_way
@pytest.mark.parametrize(("fault", "place"), [("lost answer", 0), ("lost request", 2)])
def test_after_a_lost_request_or_answer_the_next_run_converges(world: World, fault: str, place: int) -> None:
    world.now(ADA, BOB, kind="replace", faults=[*[None] * place, fault])
    assert world.now(ADA, BOB).status == "succeeded"
    assert world.members_now() == ["ada@x.io 111", "bob@x.io 222"]
    assert world.mirror() == dict.fromkeys(["ada@x.io 111", "bob@x.io 222"], "member")


def test_nothing_follows_a_replacement_that_is_not_certain(world: World) -> None:
    seen = world.now(ADA, BOB, EVE, kind="replace", faults=["lost answer"])
    assert seen.status == "stopped"
    assert asked(world) == [{"no": "remove"}.get(world.members.anew, world.members.anew)]


KILLS = ("after run/phase", "after clear", "after request", "after load outcome")


@own_way
def test_killed_anywhere_from_its_guards_on_the_next_run_converges(world: World) -> None:
    for at in KILLS:
        world.now(ADA, BOB, EVE, kind="replace", crash_at=at)
        assert world.now(ADA, SHARING).status == "succeeded", at
        assert world.members_now() == ["ada@x.io 111", "sue@x.io 111"], at
        assert set(world.mirror().values()) == {"member"}, at


# -- what keeps the list as it is --------------------------------------------------------------------------------------


def test_a_guard_stops_it_before_the_list_is_touched_and_its_plan_can_be_approved(emptying: World) -> None:
    emptying.sync = replace(emptying.sync, guards=GuardLimits(removals_rows=0, removals_percent=1))
    seen = emptying.now(ADA, kind="replace")
    assert (seen.status, asked(emptying), len(emptying.members_now())) == ("blocked", [], 3)
    assert emptying.run("apply", run_id=seen.run_id).status == "succeeded"
    assert (emptying.members_now(), asked(emptying)) == (["ada@x.io 111"], ["clear", "remove", "add"])


def test_replacing_alone_is_no_removal_for_the_guards(emptying: World) -> None:
    emptying.members.anew = "no"
    emptying.sync = replace(emptying.sync, guards=GuardLimits(removals_rows=0, removals_percent=1))
    assert emptying.now(ADA, BOB, EVE, kind="replace").status == "succeeded"


@pytest.mark.parametrize("mode", ["upsert", "delete"])
def test_only_a_mirror_can_be_replaced(emptying: World, mode: str) -> None:
    emptying.configure(Settings(mode=mode))
    seen = emptying.now(ADA, kind="replace")
    assert (type(seen.error), asked(emptying), len(emptying.members_now())) == (ConfigError, [], 3)


def test_a_held_key_without_a_baseline_keeps_the_list_as_it_is(emptying: World) -> None:
    last = emptying.seen.run_id
    emptying.sql(f"drop table wsync.snapshot_people_{last}")
    seen = emptying.now((1, "a@x.io"), (1, "b@x.io"), EVE, kind="replace")
    assert (type(seen.error), asked(emptying), len(emptying.members_now())) == (AudienceRefused, [], 3)
    assert emptying.now(ADA, BOB, EVE).status == "succeeded"


# -- where the platform answers later ----------------------------------------------------------------------------------


def decide(members: Members) -> None:
    for reference in list(members.accepted):
        members.decide(reference, "succeeded")


@pytest.fixture
def later() -> Iterator[World]:
    made = World()
    made.members.later, made.members.anew = True, "clear"
    made.now(ADA, BOB)
    yield made
    made.close()


def test_a_verdict_that_is_still_to_come_keeps_the_list_as_it_is(later: World) -> None:
    seen = later.now(ADA, BOB, kind="replace")
    assert (type(seen.error), [what for what, _ in later.members.requests]) == (AudienceRefused, ["add"])


def test_where_answers_come_later_the_list_becomes_the_source_with_the_last_of_them(later: World) -> None:
    decide(later.members)
    later.members.entries.add(STRANGER)
    later.now(ADA, SHARING, kind="replace")
    for _ in range(3):
        decide(later.members)
        later.now(ADA, SHARING)
    assert later.members_now() == ["ada@x.io 111", "sue@x.io 111"]
    assert set(later.mirror().values()) == {"member"}


def test_a_platform_that_answers_later_and_has_no_way_of_its_own_is_refused(later: World) -> None:
    decide(later.members)
    later.members.anew = "no"
    seen = later.now(ADA, BOB, kind="replace")
    assert isinstance(seen.error, ConfigError)
    assert "answers later" in str(seen.error)
