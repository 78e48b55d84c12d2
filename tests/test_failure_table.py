"""What the next run does about an operation that failed: for each kind of failure and each next state of the source."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.model.world import World

ADA = (1, "ada@x.io", "111", "Oslo")
MOVED = (1, "ada@x.io", "111", "Rome")
BACK, NOT_VALID = ADA, (1, "nonsense")


@pytest.fixture(params=[True, False], ids=["retry on", "retry off"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    made = World(retry_failed_records=request.param)
    yield made
    made.close()


def retrying(world: World) -> bool:
    return world.sync.retry_failed_records


def an_add_refused(world: World) -> None:
    world.members.refused = {"ada@x.io"}
    assert world.now(ADA).status == "partial"
    world.members.refused = set()


def an_add_in_doubt(world: World) -> None:
    assert world.now(ADA, faults=["lost answer"]).status == "stopped"


def an_update_refused(world: World) -> None:
    world.now(ADA)
    world.members.refused = {"Rome"}
    assert world.now(MOVED).operations == [("add", "changed", "ada@x.io 111 Rome")]
    world.members.refused = set()


def an_update_in_doubt(world: World) -> None:
    world.now(ADA)
    world.now(MOVED, faults=["lost request"])


def a_remove_failed(world: World, fault: str) -> None:
    world.now(ADA)
    world.now(faults=[fault])
    assert world.mirror() == {"ada@x.io 111": "in_doubt"}


def test_a_refused_add_is_tried_again_only_with_retries_on(world: World) -> None:
    an_add_refused(world)
    assert world.mirror() == {"ada@x.io 111": "rejected"}
    again = [("add", "retried", "ada@x.io 111 Oslo")]
    assert world.now(ADA).operations == (again if retrying(world) else [])


def test_a_refused_add_of_a_row_that_changed_is_sent_with_the_new_values(world: World) -> None:
    an_add_refused(world)
    assert world.now(MOVED).operations == [("add", "retried", "ada@x.io 111 Rome")]
    assert world.mirror() == {"ada@x.io 111": "member"}


def test_a_refused_add_of_a_row_that_is_gone_is_removed_once(world: World) -> None:
    an_add_refused(world)
    assert world.now().operations == [("remove", "gone", "ada@x.io 111 Oslo")]
    assert world.mirror() == {}
    assert world.now().operations == []


def test_an_add_without_an_answer_is_sent_again_whatever_the_setting(world: World) -> None:
    an_add_in_doubt(world)
    assert world.mirror() == {"ada@x.io 111": "in_doubt"}
    assert world.now(ADA).operations == [("add", "recovered", "ada@x.io 111 Oslo")]


def test_an_add_without_an_answer_of_a_row_that_is_gone_is_removed(world: World) -> None:
    an_add_in_doubt(world)
    assert world.members_now() == ["ada@x.io 111"]
    assert world.now().operations == [("remove", "gone", "ada@x.io 111 Oslo")]
    assert world.members_now() == []


def test_a_refused_update_is_tried_again_only_with_retries_on(world: World) -> None:
    an_update_refused(world)
    assert world.mirror() == {"ada@x.io 111": "in_doubt"}
    again = [("add", "retried", "ada@x.io 111 Rome")]
    assert world.now(MOVED).operations == (again if retrying(world) else [])


def test_a_refused_update_of_a_row_that_changed_again_is_sent(world: World) -> None:
    an_update_refused(world)
    assert world.now((1, "ada@x.io", "111", "Pisa")).operations == [("add", "retried", "ada@x.io 111 Pisa")]


def test_a_refused_update_taken_back_is_sent_because_a_refusal_proves_nothing_about_earlier_sends(
    world: World,
) -> None:
    an_update_refused(world)
    assert world.now(BACK).operations == [("add", "retried", "ada@x.io 111 Oslo")]
    assert world.now(BACK).operations == []


@pytest.mark.parametrize("row", [MOVED, BACK], ids=["same", "taken back"])
def test_an_update_without_an_answer_is_sent_with_the_current_values(world: World, row: tuple[object, ...]) -> None:
    an_update_in_doubt(world)
    assert world.now(row).operations == [("add", "recovered", f"ada@x.io 111 {row[3]}")]


@pytest.mark.parametrize("fault", ["refused", "lost request", "lost answer"])
def test_a_remove_that_failed_is_sent_again_with_the_delivered_identifiers_even_with_retries_off(
    world: World, fault: str
) -> None:
    a_remove_failed(world, fault)
    assert world.now().operations == [("remove", "gone", "ada@x.io 111 Oslo")]
    assert world.mirror() == {}
    assert world.members_now() == []


@pytest.mark.parametrize("fault", ["refused", "lost request", "lost answer"])
def test_a_remove_that_failed_never_waits_for_a_pause(world: World, fault: str) -> None:
    a_remove_failed(world, fault)
    for _ in range(3):
        assert world.now(faults=["refused"]).operations == [("remove", "gone", "ada@x.io 111 Oslo")]


@pytest.mark.parametrize("row", [BACK, MOVED], ids=["as it was", "changed"])
def test_a_row_that_returns_after_its_remove_failed_is_added_again(world: World, row: tuple[object, ...]) -> None:
    a_remove_failed(world, "lost answer")
    assert world.now(row).operations == [("add", "recovered", f"ada@x.io 111 {row[3]}")]
    assert world.members_now() == ["ada@x.io 111"]


def test_an_invalid_row_is_never_sent_and_logged_in_every_run(world: World) -> None:
    for _ in range(2):
        seen = world.now(NOT_VALID)
        assert seen.operations == []
        assert seen.answers == []
        assert world.log(seen, "primary_key, operation, status, error_code") == [
            ("1", None, "failed", "no_valid_identifier")
        ]
        assert seen.result is not None
        assert seen.result.counts["invalid_rows"] == 1


def test_a_row_that_becomes_invalid_keeps_its_member(world: World) -> None:
    world.now(ADA)
    seen = world.now(NOT_VALID)
    assert (seen.operations, world.log(seen)) == ([], [("1", None, "held", "invalid")])
    assert world.members_now() == ["ada@x.io 111"]
