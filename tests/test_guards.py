"""What stops a plan before its first request: each guard just inside its limit, just beyond it, and not computable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.model.model import Settings
from tests.model.world import Seen, World
from warehouse_sync.model import GuardLimits
from warehouse_sync.runner import Result

Row = tuple[Any, ...]


@pytest.fixture
def world() -> Iterator[World]:
    made = World(page_rows=1000, guards=GuardLimits())
    yield made
    made.close()


def person(number: int, **other: Any) -> Row:
    told = {"email": f"e{number}@x.io", "phone": f"p{number}", "city": "Oslo"} | other
    return (number, told["email"], told["phone"], told["city"])


def people(start: int, end: int, **other: Any) -> list[Row]:
    """Persons from `start` up to and with `end`."""
    return [person(number, **other) for number in range(start, end + 1)]


def renamed(start: int, end: int) -> list[Row]:
    """The same persons, each with another e-mail."""
    return [person(number, email=f"new{number}@x.io") for number in range(start, end + 1)]


def result(seen: Seen) -> Result:
    assert seen.result is not None, seen.error
    return seen.result


def blocked(seen: Seen) -> list[str]:
    """The guards that block, by name."""
    return [each.guard for each in result(seen).guards if each.blocked]


def judged(world: World, before: Sequence[Row], now: Sequence[Row]) -> list[str]:
    """What blocks the way from one source to another, when the first was sent whole."""
    guards, world.sync = world.sync.guards, replace(world.sync, guards=GuardLimits(null_keys_rows=None))
    if before:
        assert result(world.now(*before)).status in ("succeeded", "partial")
    world.sync = replace(world.sync, guards=guards)
    return blocked(world.now(*now, kind="plan"))


CASES: dict[str, tuple[list[Row], list[Row], list[str]]] = {
    "a first run with rows": ([], people(1, 50), []),
    "a first run without rows": ([], [], []),
    "an empty source with one member": (people(1, 1), [], ["empty_source"]),
    "10 removals of 12 members": (people(1, 12), people(11, 12), []),
    "11 removals of 12 members": (people(1, 12), people(12, 12), ["removals"]),
    "20 removals of 100 members": (people(1, 100), people(21, 100), []),
    "21 removals of 100 members": (people(1, 100), people(22, 100), ["removals"]),
    "21 keys cleared of 100": (
        people(1, 100),
        [*people(1, 21, email=None, phone=None, city=None), *people(22, 100)],
        ["removals", "invalid_rows"],
    ),
    "10 rekeys of 12 members": (people(1, 12), [*renamed(1, 10), *people(11, 12)], []),
    "11 rekeys of 12 members": (people(1, 12), [*renamed(1, 11), person(12)], ["rekeys"]),
    "50 rekeys of 100 members": (people(1, 100), [*renamed(1, 50), *people(51, 100)], []),
    "51 rekeys of 100 members": (people(1, 100), [*renamed(1, 51), *people(52, 100)], ["rekeys"]),
    "half of the prepared rows invalid": ([], [*people(1, 10), *people(11, 20, email="nonsense", phone=None)], []),
    "more than half of the prepared rows invalid": (
        [],
        [*people(1, 9), *people(10, 20, email="nonsense", phone=None)],
        ["invalid_rows", "invalid: EMAIL"],
    ),
    "most of few rows invalid": ([], [*people(1, 2), *people(3, 19, email="nonsense", phone=None)], []),
    "half of a field's values invalid": ([], [*people(1, 10), *people(11, 20, email="nonsense")], []),
    "more than half of a field's values invalid": (
        [],
        [*people(1, 9), *people(10, 20, email="nonsense")],
        ["invalid: EMAIL"],
    ),
    "a field emptied by 50 points": (people(1, 20), [*people(1, 10), *people(11, 20, city=None)], []),
    "a field emptied by 55 points": (people(1, 20), [*people(1, 9), *people(10, 20, city=None)], ["emptied: CITY"]),
    "a field emptied in fewer than 20 rows": (people(1, 19), people(1, 19, city=None), []),
    "null keys above 1 % and no removal": (people(1, 50), [*people(1, 50), (None, "a@x.io")], []),
    "null keys above 1 % and a removal": (people(1, 50), [*people(1, 49), (None, "a@x.io")], ["null_keys"]),
    "null keys of 1 % and a removal": (people(1, 101), [*people(2, 101), (None, "a@x.io")], []),
}


@pytest.mark.parametrize("case", CASES)
def test_a_guard_blocks_beyond_its_limit_and_not_before(world: World, case: str) -> None:
    before, now, expected = CASES[case]
    assert judged(world, before, now) == expected


def test_a_blocked_run_sends_nothing_and_is_not_the_baseline(world: World) -> None:
    world.now(*people(1, 12))
    seen = world.now()
    assert (result(seen).status, result(seen).exit_code, seen.answers) == ("blocked", 4, [])
    assert len(world.mirror()) == 12
    again = world.now()
    assert blocked(again) == ["empty_source", "removals"]


def test_apply_approves_exactly_the_blocked_plan(world: World) -> None:
    world.now(*people(1, 12))
    seen = world.now()
    assert result(world.run("apply", run_id=seen.run_id)).status == "succeeded"
    assert world.mirror() == {}


def test_the_verdict_is_stored_with_the_run(world: World) -> None:
    world.now(*people(1, 12))
    seen = world.now()
    (stored,) = world.sql(f"select status, guard_verdict from wsync.runs where sync_run_id = '{seen.run_id}'")
    assert stored[0] == "blocked"
    assert '"guard": "empty_source", "found": 12.0, "allowed": 0.0, "blocked": true' in stored[1]


def test_after_a_configuration_change_any_removal_is_approved_once(world: World) -> None:
    world.now(*people(1, 12))
    world.configure(Settings(fields=("EMAIL", "CITY")))
    seen = world.now(*people(1, 12))
    assert "configuration_change" in blocked(seen)
    assert result(world.run("apply", run_id=seen.run_id)).status == "succeeded"
    assert blocked(world.now(*people(2, 12))) == []


def test_a_configuration_change_that_removes_nobody_passes(world: World) -> None:
    world.now(*people(1, 12))
    world.configure(Settings(fields=("EMAIL", "PHONE")))
    assert blocked(world.now(*people(1, 12))) == []


def test_a_removal_planned_before_and_not_acknowledged_is_not_counted_again(world: World) -> None:
    world.now(*people(1, 12))
    seen = world.now(person(12), kind="plan")
    assert blocked(seen) == ["removals"]
    world.run("apply", run_id=seen.run_id, faults=["lost answer"])
    assert blocked(world.now(person(12))) == []


def test_rows_that_were_invalid_before_do_not_block_every_later_run(world: World) -> None:
    rows = [*people(1, 9), *people(10, 30, email="nonsense", phone=None)]
    seen = world.now(*rows)
    assert blocked(seen) == ["invalid_rows", "invalid: EMAIL"]
    assert result(world.run("apply", run_id=seen.run_id)).status == "partial"
    assert blocked(world.now(*rows)) == []


@pytest.mark.parametrize(
    ("input_", "guards"),
    [
        ("members", ["empty_source", "removals", "rekeys"]),
        ("sync_run_id", ["empty_source", "removals", "rekeys", "null_keys"]),
        ("keys_present", ["empty_source"]),
        ("null_key_rows", ["null_keys"]),
        ("source_rows", ["null_keys"]),
    ],
)
def test_what_cannot_be_computed_blocks(world: World, input_: str, guards: list[str]) -> None:
    world.now(*people(1, 30))
    value = "'lost'" if input_ == "sync_run_id" else "null"
    world.at["before run/guard"] = lambda: world.sql(f"update wsync.runs set {input_} = {value}")
    seen = world.now(*people(2, 30))
    assert (blocked(seen), seen.answers) == (guards, [])


def test_guards_can_be_switched_off_one_by_one(world: World) -> None:
    world.now(*people(1, 30))
    world.sync = replace(world.sync, guards=GuardLimits(empty_source=False))
    assert blocked(world.now(kind="plan")) == ["removals", *EMPTIED]
    world.sync = replace(world.sync, guards=GuardLimits(removals_percent=None))
    assert blocked(world.now(kind="plan")) == ["empty_source", *EMPTIED]
    world.sync = replace(world.sync, guards=GuardLimits(field_collapse_points=None))
    assert blocked(world.now(kind="plan")) == ["empty_source", "removals"]


EMPTIED = ["emptied: EMAIL", "emptied: PHONE", "emptied: CITY"]


def test_forget_passes_the_guards(world: World) -> None:
    world.now(person(1))
    assert result(world.run("forget", key="1")).status == "succeeded"
    assert world.mirror() == {}
