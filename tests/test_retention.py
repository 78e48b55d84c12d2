"""What a run keeps and what it prunes: logs by age in UTC, snapshots by number, its own working tables always."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.model.world import World

ADA, BOB = (1, "ada@x.io"), (2, "bob@x.io")


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def tables(world: World, kind: str) -> list[str]:
    return sorted(name for name in world.warehouse.tables("wsync") if name.startswith(f"{kind}_people_"))


def aged(world: World, hours: int) -> None:
    world.sql(f"update wsync.sync_log set logged_at = logged_at - interval {hours} hour")


@pytest.mark.parametrize(("hours", "left"), [(23, 2), (25, 1)])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_retention_of_one_day_is_24_hours_in_any_session_time_zone(
    world: World, hours: int, left: int, zone: str
) -> None:
    world.sync = replace(world.sync, log_retention_days=1)
    world.now(ADA)
    aged(world, hours)
    world.warehouse.execute(f"set timezone = '{zone}'", "test")
    world.now(ADA, BOB)
    assert world.sql("select count(*) from wsync.sync_log") == [(left,)]


def test_without_row_logs_everything_else_is_the_same(world: World) -> None:
    world.sync = replace(world.sync, retain_logs=False)
    world.members.refused = {"bob@x.io"}
    world.now(ADA, BOB)
    assert world.sql("select count(*) from wsync.sync_log") == [(0,)]
    assert world.mirror() == {"ada@x.io": "member", "bob@x.io": "rejected"}
    assert world.now(BOB).operations == [("add", "retried", "bob@x.io"), ("remove", "gone", "ada@x.io")]


@pytest.mark.parametrize("number", [1, 3])
def test_so_many_snapshots_are_kept_with_failed_runs_between(world: World, number: int) -> None:
    world.sync = replace(world.sync, snapshots=number)
    settled = []
    for city in ("Oslo", "Rome", "Bonn", "Pisa", "Lyon"):
        world.now((1, "ada@x.io", None, city), crash_at="after run/plan")
        settled.append(world.now((1, "ada@x.io", None, city)).run_id)
    assert tables(world, "snapshot") == [f"snapshot_people_{run_id}" for run_id in settled[-number:]]


def test_nothing_of_a_run_is_left_but_its_snapshot_and_claim(world: World) -> None:
    world.now(ADA)
    world.now(BOB, crash_at="before request")
    seen = world.now(BOB)
    left = {name for name in world.warehouse.tables("wsync") if seen.run_id in name or "people_2026" in name}
    assert {name.split("_")[0] for name in left} == {"snapshot"}


def test_raw_values_are_gone_before_the_first_request(world: World) -> None:
    there: list[list[str]] = []
    world.at["before request"] = lambda: there.append(tables(world, "changes"))
    world.now(ADA)
    assert there == [[]]


def test_raw_values_of_a_run_that_died_go_with_the_next(world: World) -> None:
    world.now(ADA, crash_at="after run/changes")
    assert len(tables(world, "changes")) == 1
    world.now(ADA, kind="plan")
    assert tables(world, "changes") == []


def test_the_tables_of_a_plan_that_waits_are_kept(world: World) -> None:
    plan = world.now(ADA, kind="plan")
    assert tables(world, "plan") == [f"plan_people_{plan.run_id}"]
    world.now(ADA)
    assert tables(world, "plan") == []


def test_the_baseline_has_a_view_without_deleted_rows_that_names_its_run(world: World) -> None:
    world.now(ADA, BOB)
    seen = world.now(BOB)
    assert world.sql("select primary_key, baseline_run_id from wsync.baseline_people") == [(2, seen.run_id)]


# -- the latest word ---------------------------------------------------------------------------------------------------


def test_the_latest_log_keeps_every_operation_of_a_key(world: World) -> None:
    world.now(ADA)
    world.now((1, "new@x.io"), faults=["lost request", "lost request"])
    seen = world.now(BOB, faults=[None, "refused"])
    told = f"select primary_key, status from wsync.%s where sync_run_id = '{seen.run_id}' order by all"
    latest = world.sql(told % "sync_log_latest")
    assert latest == world.sql(told % "sync_log")
    assert [key for key, _ in latest].count("1") == 2
