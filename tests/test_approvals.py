"""Plans that wait for approval, and people who asked to be forgotten."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.model.model import Settings
from tests.model.world import World
from warehouse_sync.errors import AudienceRefused

ADA = (1, "ada@x.io", "111", "Oslo")
BOB = (2, "bob@x.io", "222", "Bonn")


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


# -- plans that wait for approval -------------------------------------------------------------------------------------


def test_a_plan_sends_nothing_and_apply_sends_exactly_it(world: World) -> None:
    plan = world.now(ADA, kind="plan")
    assert (plan.status, plan.answers) == ("planned", [])
    world.source([BOB])
    applied = world.run("apply", run_id=plan.run_id)
    assert (applied.status, world.members_now()) == ("succeeded", ["ada@x.io 111"])


def refused(world: World, run_id: str) -> str:
    seen = world.run("apply", run_id=run_id)
    assert isinstance(seen.error, AudienceRefused)
    assert seen.answers == []
    return str(seen.error)


def test_apply_is_refused_when_the_configuration_changed(world: World) -> None:
    plan = world.now(ADA, kind="plan")
    world.configure(Settings(fields=("EMAIL",)))
    assert "the configuration changed" in refused(world, plan.run_id)


def test_apply_is_refused_when_another_run_was_settled(world: World) -> None:
    world.now(ADA)
    plan = world.now(BOB, kind="plan")
    applied = world.run("apply", run_id=plan.run_id)
    assert applied.status == "succeeded"
    assert "no plan that waits" in refused(world, plan.run_id)


def test_apply_is_refused_when_somebody_was_forgotten(world: World) -> None:
    world.now(ADA, BOB)
    plan = world.now(ADA, BOB, (3, "eve@x.io"), kind="plan")
    world.sql("insert into wsync.suppressed by name select 'people' as connection_id, 'x' as digest")
    assert "somebody was forgotten" in refused(world, plan.run_id)


def test_a_newer_plan_drops_the_older_one(world: World) -> None:
    older = world.now(ADA, kind="plan")
    newer = world.now(BOB, kind="plan")
    assert "dropped" in refused(world, older.run_id)
    assert world.run("apply", run_id=newer.run_id).status == "succeeded"


def test_recovery_leaves_a_plan_that_waits_for_approval(world: World) -> None:
    plan = world.now(ADA, kind="plan")
    assert world.run("apply", run_id=plan.run_id, crash_at=5).crashed_at is not None
    assert world.run("apply", run_id=plan.run_id).status == "succeeded"


def test_apply_of_a_plan_whose_sending_was_interrupted_settles_it(world: World) -> None:
    world.now(ADA, BOB)
    plan = world.now(ADA, (3, "eve@x.io"), kind="plan")
    crash = world.run("apply", run_id=plan.run_id, crash_at="after settle/mirror_delete")
    assert crash.crashed_at is not None
    assert "it is settled" in refused(world, plan.run_id)
    assert world.mirror() == {"ada@x.io 111": "member", "eve@x.io": "member"}
    assert world.run().operations == []


@pytest.mark.parametrize("kind", ["plan", "run"])
def test_a_plan_that_no_guard_has_judged_cannot_be_applied(world: World, kind: str) -> None:
    world.now(ADA, BOB)
    plan = world.now(ADA, kind=kind, crash_at="after run/count_plan")
    assert plan.crashed_at is not None
    assert "before its guards judged" in refused(world, plan.run_id)


# -- forgetting --------------------------------------------------------------------------------------------------------


def test_forget_removes_a_key_at_once_and_keeps_it_and_its_identifiers_off(world: World) -> None:
    world.now(ADA, BOB)
    seen = world.run("forget", key="1")
    assert seen.operations == [("remove", "suppressed", "ada@x.io 111 Oslo")]
    assert world.now(ADA, BOB).operations == []
    assert world.now(BOB, (7, "ada@x.io")).operations == []
    assert world.members_now() == ["bob@x.io 222"]


def test_forget_keeps_an_identifier_that_somebody_else_has(world: World) -> None:
    world.now(ADA, (2, "bob@x.io", "111"))
    seen = world.run("forget", key="1")
    assert seen.operations == [("add", "repaired", "bob@x.io 111"), ("remove", "suppressed", "ada@x.io Oslo")]
    assert world.now(ADA, (2, "bob@x.io", "111")).operations == []
    assert world.members_now() == ["bob@x.io 111"]


def test_a_plan_says_what_reading_the_source_costs_where_the_warehouse_knows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def estimate(sql: str, statement: str) -> int:
        asked.append(statement)
        return 1_500_000_000

    monkeypatch.setattr(world.warehouse, "estimate", estimate)
    planned = world.now((1, "ada@x.io"), kind="plan")
    assert planned.result is not None
    assert (planned.result.counts["source_bytes"], asked) == (1_500_000_000, ["run/changes"])
    assert "source_bytes" not in world.now((1, "ada@x.io")).result.counts  # type: ignore[union-attr]
