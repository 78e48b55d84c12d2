"""One writer per sync: who may write, who waits, and what happens to a run that was overtaken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.model.world import World
from warehouse_sync.errors import ConfigError, Held
from warehouse_sync.model import AudienceSpec

ADA = (1, "ada@x.io")
CLAIM = "wsync.claim_people_00000001"


@pytest.fixture
def world() -> Iterator[World]:
    """A warehouse that several processes may write to, and a clock that a wait moves."""
    made = World()
    made.warehouse.dialect = replace(made.warehouse.dialect, single_writer=False)
    yield made
    made.close()


def die_while_sending(world: World) -> None:
    assert world.now(ADA, crash_at="before request").crashed_at == "before request"


def age(world: World, seconds: int) -> None:
    world.sql(f"update {CLAIM} set heartbeat_at = heartbeat_at - interval {seconds} second")


def renew(world: World) -> None:
    world.sql(f"update {CLAIM} set heartbeat_at = current_timestamp")


def test_a_run_that_ended_gives_its_lease_back(world: World) -> None:
    assert world.now(ADA).status == "succeeded"
    assert world.now(ADA).status == "succeeded"
    assert world.slept == []


def test_a_run_that_failed_gives_its_lease_back(world: World) -> None:
    world.now(ADA)
    world.sql("alter table main.people rename column email to mail")
    assert world.run().error is not None
    assert world.now(ADA).status == "succeeded"


def test_a_living_claim_is_respected(world: World) -> None:
    die_while_sending(world)
    seen = world.now(ADA)
    assert isinstance(seen.error, Held)
    assert seen.error.exit_code == 75
    assert seen.answers == []


def test_an_expired_claim_is_taken_over_after_a_further_wait(world: World) -> None:
    die_while_sending(world)
    age(world, 125)
    assert world.now(ADA).status == "succeeded"
    assert [20 < seconds <= 25 for seconds in world.slept] == [True]
    assert world.members_now() == ["ada@x.io"]


def test_a_claim_long_expired_is_taken_over_at_once(world: World) -> None:
    die_while_sending(world)
    age(world, 1000)
    assert world.now(ADA).status == "succeeded"
    assert world.slept == []


def test_a_claim_that_lives_again_during_the_wait_is_respected(world: World) -> None:
    die_while_sending(world)
    age(world, 125)
    world.ports = replace(world.ports, sleep=lambda _: renew(world))
    seen = world.now(ADA)
    assert isinstance(seen.error, Held)
    assert seen.answers == []


def test_one_plan_applied_by_two_processes_has_one_writer(world: World) -> None:
    plan = world.now(ADA, kind="plan")
    twin = "wsync.claim_people_00000002"
    world.at["before run/claim"] = lambda: world.sql(f"create table {twin} as select * from {CLAIM}")
    seen = world.run("apply", run_id=plan.run_id)
    assert isinstance(seen.error, Held)
    assert seen.answers == []


def test_where_one_process_writes_a_claim_that_can_be_read_is_dead(world: World) -> None:
    world.warehouse.dialect = replace(world.warehouse.dialect, single_writer=True)
    die_while_sending(world)
    assert world.now(ADA).status == "succeeded"


def test_a_run_overtaken_before_sending_sends_nothing(world: World) -> None:
    world.at["before run/phase"] = lambda: world.sql("update wsync.syncs set newest_fence = 99")
    seen = world.now(ADA)
    assert isinstance(seen.error, Held)
    assert (seen.answers, world.members_now()) == ([], [])


@pytest.mark.parametrize(
    "moment", ["before settle/mirror_delete", "before settle/mirror_insert", "before settle/baseline_pointer"]
)
def test_a_run_overtaken_while_settling_writes_no_state(world: World, moment: str) -> None:
    world.at[moment] = lambda: world.sql("update wsync.syncs set newest_fence = 99")
    world.now(ADA)
    assert world.mirror() == ({"ada@x.io": "member"} if moment.endswith("pointer") else {})
    assert world.sql("select baseline_run_id from wsync.syncs") == [(None,)]
    assert world.sql("select count(*) from wsync.sync_log") == [(0,)]
    assert world.sql("select phase from wsync.runs") == [("sending",)]


def test_the_newest_two_claims_are_kept(world: World) -> None:
    for _ in range(4):
        world.now(ADA)
    claims = {name for name in world.warehouse.tables("wsync") if name.startswith("claim_")}
    assert claims == {"claim_people_00000003", "claim_people_00000004"}


# -- several syncs -----------------------------------------------------------------------------------------------------


def test_an_audience_that_another_sync_owns_is_refused_by_its_name(world: World) -> None:
    world.now(ADA)
    world.sync = replace(world.sync, name="others", audience=AudienceSpec(id="1"))
    seen = world.run()
    assert isinstance(seen.error, ConfigError)
    assert "belongs to sync people" in str(seen.error)
    assert seen.answers == []


def test_runs_of_two_syncs_may_have_one_id(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, people = world.now(ADA), world.sync
    told = "select phase, fence, source_rows from wsync.runs where connection_id = 'people'"
    before = world.sql(told)
    world.source([])
    monkeypatch.setattr(world, "_look", lambda: None)
    world.sync = replace(people, name="others", audience=AudienceSpec(name="Others"))
    assert world.run(run_id=seen.run_id).status == "succeeded"
    assert world.sql(told) == before
    world.sync = people
    assert world.now(ADA).status == "succeeded"
