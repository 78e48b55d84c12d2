"""What a run plans: the source before and now, and the operations that make the difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.model.model import Settings
from tests.model.world import World
from warehouse_sync.errors import ConfigError

ADA = (1, "ada@x.io", "111", "Oslo")
BOB = (2, "bob@x.io", "222", "Bonn")


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


# -- identities ------------------------------------------------------------------------------------------------------


def test_an_unchanged_run_sends_nothing(world: World) -> None:
    world.now(ADA, BOB)
    seen = world.now(BOB, ADA)
    assert (seen.operations, seen.answers, world.log(seen)) == ([], [], [])


def test_a_new_email_removes_what_was_sent_before_and_adds_the_new(world: World) -> None:
    world.now(ADA)
    seen = world.now((1, "new@x.io", "333", "Oslo"))
    assert seen.operations == [("add", "rekeyed", "new@x.io 333 Oslo"), ("remove", "rekeyed", "ada@x.io 111 Oslo")]
    assert [tokens[0] for _, _, tokens in seen.answers] == [
        (("EMAIL", "ada@x.io"), ("PHONE", "111"), ("CITY", "Oslo")),
        (("EMAIL", "new@x.io"), ("PHONE", "333"), ("CITY", "Oslo")),
    ]
    assert world.members_now() == ["new@x.io 333"]
    assert world.log(seen) == [("1", "delete", "succeeded", "rekeyed"), ("1", "insert", "succeeded", "rekeyed")]


def test_a_corrected_city_is_an_update_of_the_same_member(world: World) -> None:
    world.now(ADA)
    seen = world.now((1, "ada@x.io", "111", "Rome"))
    assert seen.operations == [("add", "changed", "ada@x.io 111 Rome")]
    assert world.log(seen) == [("1", "update", "succeeded", "changed")]


def test_a_value_that_normalises_to_the_same_token_costs_no_request(world: World) -> None:
    world.now(ADA)
    assert world.now((1, " ADA@X.io", "111", "Oslo")).operations == []


def test_without_identifiers_a_person_is_the_context(world: World) -> None:
    assert world.now((1, None, None, "Oslo")).operations == [("add", "new", "Oslo")]
    assert world.now((1, None, None, "Rome")).operations == [("add", "rekeyed", "Rome"), ("remove", "rekeyed", "Oslo")]
    assert world.now().operations == [("remove", "gone", "Rome")]


def test_of_an_identity_with_an_invalid_part_the_valid_part_is_sent(world: World) -> None:
    seen = world.now((1, "nonsense", "111", "Oslo"))
    assert seen.operations == [("add", "new", "111 Oslo")]
    assert world.log(seen, "primary_key, status, field_notes")[0][:2] == ("1", "succeeded")
    assert "EMAIL" in world.log(seen, "field_notes")[0][0]


@pytest.mark.parametrize(
    ("before", "now"),
    [((None, "1", "23"), (None, "12", "3")), ((None, "1", None), (None, "1", "")), ((None, "1", ""), (None, "1", " "))],
    ids=["one boundary moved", "null and empty", "empty and blank"],
)
def test_rows_that_read_alike_are_told_apart(
    world: World, before: tuple[str | None, ...], now: tuple[str | None, ...]
) -> None:
    world.now((1, *before))
    assert [row[1] for row in world.now((1, *now)).snapshot] == ["update"]


def test_a_column_that_nobody_sends_never_causes_work(world: World) -> None:
    world.configure(Settings(fields=("EMAIL",)))
    world.now(ADA)
    seen = world.now((1, "ada@x.io", "999", "Rome"))
    assert ([row[1] for row in seen.snapshot], seen.operations) == (["unchanged"], [])


# -- shared identifiers ----------------------------------------------------------------------------------------------


def test_a_shared_identifier_is_left_out_of_a_remove_and_its_other_owner_repaired_after_it(world: World) -> None:
    world.now(ADA, (2, "bob@x.io", "111"))
    seen = world.now((2, "bob@x.io", "111"))
    assert seen.operations == [("add", "repaired", "bob@x.io 111"), ("remove", "gone", "ada@x.io Oslo")]
    assert [answer for answer, _, _ in seen.answers] == ["succeeded", "succeeded"]
    assert seen.answers[0][2][0][0] == ("EMAIL", "ada@x.io")
    assert world.members_now() == ["bob@x.io 111"]


def test_an_identity_whose_every_identifier_is_still_wanted_leaves_without_a_request(world: World) -> None:
    world.now((1, "ada@x.io"), (2, None, "111"), (3, "ada@x.io", "111"))
    seen = world.now((1, "ada@x.io"), (2, None, "111"))
    assert (seen.answers, world.mirror()) == ([], {"ada@x.io": "member", "111": "member"})
    assert world.log(seen, "primary_key, operation, status, error_code") == [
        ("3", "delete", "skipped", "shared_identifier")
    ]


def test_two_keys_with_one_identity_are_one_member_and_the_smallest_keys_values_are_sent(world: World) -> None:
    seen = world.now((2, "ada@x.io", None, "Bonn"), (1, "ada@x.io", None, "Oslo"))
    assert seen.operations == [("add", "new", "ada@x.io Oslo")]
    assert world.log(seen) == [("1", "insert", "succeeded", "new"), ("2", "insert", "succeeded", "shared")]
    assert world.now((2, "ada@x.io", None, "Bonn")).operations == []
    assert world.members_now() == ["ada@x.io"]


def test_an_unchanged_row_never_causes_an_update(world: World) -> None:
    world.now((1, "ada@x.io", None, "Oslo"), (2, "ada@x.io", None, "Bonn"))
    assert world.now((1, "ada@x.io", None, "Oslo"), (2, "ada@x.io", None, "Bonn")).operations == []


# -- rows that cannot be used ------------------------------------------------------------------------------------------


def test_a_duplicated_key_keeps_its_last_identity_and_is_held(world: World) -> None:
    world.now(ADA, BOB)
    seen = world.now(ADA, (1, "other@x.io"), BOB)
    assert (seen.operations, world.log(seen)) == ([], [("1", None, "held", "invalid")])
    assert world.members_now() == ["ada@x.io 111", "bob@x.io 222"]


def test_equal_copies_count_as_one_row(world: World) -> None:
    seen = world.now(ADA, ADA, ADA)
    assert seen.operations == [("add", "new", "ada@x.io 111 Oslo")]
    assert seen.result is not None
    assert (seen.result.counts["surplus_copies"], seen.result.counts["source_rows"]) == (2, 3)


def test_a_new_key_that_is_duplicated_has_nothing_to_keep_and_fails(world: World) -> None:
    seen = world.now(ADA, (1, "other@x.io"))
    assert (seen.operations, world.log(seen)) == ([], [("1", None, "failed", "invalid")])


def test_a_row_whose_values_were_all_cleared_is_removed(world: World) -> None:
    world.now(ADA)
    seen = world.now((1, None, "", " "))
    assert seen.operations == [("remove", "cleared", "ada@x.io 111 Oslo")]
    assert world.members_now() == []


def test_a_null_key_is_logged_failed_and_belongs_to_no_member(world: World) -> None:
    world.now(ADA)
    seen = world.now(ADA, (None, "bob@x.io"), (None, "eve@x.io"))
    assert seen.operations == []
    line = (None, None, "failed", "null_key")
    assert world.log(seen, "primary_key, operation, status, error_code") == [line, line]


# -- modes -----------------------------------------------------------------------------------------------------------


def test_upsert_plans_no_removes_and_a_later_mirror_makes_up_for_them(world: World) -> None:
    world.configure(Settings(mode="upsert"))
    world.now(ADA, BOB)
    assert world.now((2, "new@x.io")).operations == [("add", "rekeyed", "new@x.io")]
    world.configure(Settings(mode="mirror"))
    assert world.now((2, "new@x.io")).operations == [
        ("remove", "gone", "ada@x.io 111 Oslo"),
        ("remove", "rekeyed", "bob@x.io 222 Bonn"),
    ]


def test_delete_sends_no_adds_and_removes_those_that_leave(world: World) -> None:
    world.configure(Settings(mode="delete"))
    seen = world.now(ADA, BOB)
    assert (seen.answers, world.log(seen), set(world.mirror().values())) == ([], [], {"assumed"})
    assert world.now(BOB).operations == [("remove", "gone", "ada@x.io 111 Oslo")]


def test_what_delete_assumed_a_later_mirror_adds(world: World) -> None:
    world.configure(Settings(mode="delete"))
    world.now(ADA)
    world.configure(Settings(mode="mirror"))
    assert world.now(ADA).operations == [("add", "new", "ada@x.io 111 Oslo")]


# -- trying again ------------------------------------------------------------------------------------------------------


def test_a_rejected_row_is_retried_with_pauses_that_double_up_to_64_runs(world: World) -> None:
    world.members.refused = {"ada@x.io"}
    tried = [number for number in range(1, 40) if world.now(ADA).operations]
    assert tried == [1, 2, 4, 8, 16, 32]


def test_retry_sends_rejected_rows_at_once(world: World) -> None:
    world.members.refused = {"ada@x.io"}
    for _ in range(2):
        world.now(ADA)
    assert world.now(ADA).operations == []
    assert world.now(ADA, kind="retry").operations == [("add", "retried", "ada@x.io 111 Oslo")]


def test_resync_asserts_every_wanted_member_again(world: World) -> None:
    world.now(ADA, BOB)
    assert world.now(ADA, BOB, kind="resync").operations == [
        ("add", "reasserted", "ada@x.io 111 Oslo"),
        ("add", "reasserted", "bob@x.io 222 Bonn"),
    ]


def test_one_record_can_be_tested_alone(world: World) -> None:
    world.now(ADA, BOB)
    seen = world.now((1, "ada@x.io", "111", "Rome"), (3, "eve@x.io"), kind="test-record", key="1")
    assert seen.operations == [("add", "changed", "ada@x.io 111 Rome")]


# -- configuration and lost tables ------------------------------------------------------------------------------------


def test_a_field_taken_out_of_the_mapping_removes_the_old_identifiers_first(world: World) -> None:
    world.now(ADA)
    world.configure(Settings(fields=("EMAIL", "CITY")))
    seen = world.now(ADA)
    assert seen.operations == [("add", "rekeyed", "ada@x.io Oslo"), ("remove", "rekeyed", "111 Oslo")]
    assert world.members_now() == ["ada@x.io"]


def test_another_key_column_is_an_ordinary_plan(world: World) -> None:
    world.now(ADA, BOB)
    world.sync = replace(world.sync, primary_key=("phone",))
    assert world.now(ADA, BOB).operations == []
    seen = world.now(BOB)
    assert seen.operations == [("remove", "gone", "ada@x.io 111 Oslo")]
    assert world.log(seen) == [("111", "delete", "succeeded", "gone")]


def test_a_lost_snapshot_costs_a_preparation_and_no_request(world: World) -> None:
    first = world.now(ADA, BOB)
    world.sql(f"drop table wsync.snapshot_people_{first.run_id}")
    seen = world.now(ADA, BOB)
    assert (seen.operations, seen.status) == ([], "succeeded")
    assert [row[1] for row in seen.snapshot] == ["insert", "insert"]


def test_without_a_snapshot_a_duplicated_key_is_held_by_the_mirror_and_nothing_is_removed(world: World) -> None:
    first = world.now(ADA, BOB)
    world.sql(f"drop table wsync.snapshot_people_{first.run_id}")
    seen = world.now(ADA, (1, "other@x.io"))
    assert (seen.operations, world.log(seen)) == ([], [("1", None, "held", "invalid")])
    assert world.now(ADA, (1, "other@x.io")).operations == [("remove", "gone", "bob@x.io 222 Bonn")]


def test_without_a_snapshot_an_identity_that_was_leaving_is_not_taken_for_the_keys_last_one(world: World) -> None:
    world.now(ADA)
    second = world.now((1, "new@x.io", "333"), faults=["refused"])
    assert world.mirror() == {"ada@x.io 111": "in_doubt", "new@x.io 333": "member"}
    world.sql(f"drop table wsync.snapshot_people_{second.run_id}")
    world.now((1, "new@x.io"), (1, "other@x.io"))
    assert world.now((1, "new@x.io"), (1, "other@x.io")).operations == [("remove", "rekeyed", "ada@x.io 111 Oslo")]


@pytest.mark.parametrize("kept", ["baseline", "own"])
def test_a_snapshot_lost_while_a_run_is_unsettled_does_not_stop_its_recovery(world: World, kept: str) -> None:
    first = world.now(ADA)
    crashed = world.now((2, "bob@x.io"), crash_at="before request")
    lost = first.run_id if kept == "own" else crashed.run_id
    world.sql(f"drop table wsync.snapshot_people_{lost}")
    seen = world.now((2, "bob@x.io"))
    assert seen.status == "succeeded"
    assert world.mirror() == {"bob@x.io": "member"}


@pytest.mark.parametrize("damage", ["delete from wsync.mirror_people", "drop table wsync.mirror_people"])
def test_a_mirror_that_lost_rows_is_an_error_and_never_a_first_run(world: World, damage: str) -> None:
    world.now(ADA)
    world.sql(damage)
    seen = world.now(ADA)
    assert isinstance(seen.error, ConfigError)
    assert seen.answers == []
