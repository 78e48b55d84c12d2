"""Killed at any boundary while a platform owes its verdicts, the next runs converge, nothing leaks, nothing is false.

The platform is the tiny one, in this process; a killed run does nothing more. Google's own is in
`tests/google/test_google_crash.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from tests.members import Members
from tests.model.world import World, as_tokens
from warehouse_sync.adapters import duckdb
from warehouse_sync.model import Answer

FIRST = [
    (1, "ann@x.io", "1", "Rome"),
    (2, "bob@x.io", "2", "Oslo"),
    (3, "cem@x.io", "2", "Bern"),
    (4, "dan@x.io", None, None),
]
SECOND = [
    (1, "moved@x.io", "1", "Rome"),
    (3, "cem@x.io", "2", "Kyiv"),
    (5, "eva@x.io", None, None),
]
"""1 has another e-mail, 2 leaves whose phone 3 has, whose city changes, 4 leaves, 5 comes."""
THIRD = [FIRST[1], (3, "cem@x.io", "3", "Kyiv"), (5, "eva@x.io", "1", None)]
"""1 leaves whose phone 5 has now, 2 is back, 3 has another phone."""


@dataclass(frozen=True)
class Turn:
    """What the platform answers first, what is asked for then, over which source."""

    answers: tuple[Answer, ...]
    rows: Sequence[tuple[Any, ...]]
    kind: str = "run"

    def play(self, world: World, crash_at: int | None = None) -> None:
        for reference, answer in zip(sorted(world.members.accepted), self.answers, strict=False):
            if answer != "pending":
                world.members.decide(reference, answer)
        world.now(*self.rows, kind=self.kind, crash_at=crash_at)


TURNS = (
    Turn((), FIRST),
    Turn(("succeeded", "succeeded"), SECOND),
    Turn(("pending", "succeeded", "failed"), THIRD),
    Turn(("succeeded", "partial", "in_doubt"), THIRD, kind="poll"),
    Turn(("succeeded",) * 9, THIRD),
    Turn(("succeeded",) * 9, SECOND, kind="replace"),
)


@dataclass(frozen=True)
class Saved:
    """The world before a turn, and how many boundaries that passes."""

    path: Path
    members: Members
    boundaries: int


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Saved]]:
    """Every turn, uncrashed."""
    folder, found = tmp_path_factory.mktemp("later"), list[Saved]()
    world = world_on(folder / "live.duckdb", Members(later=True, anew="clear"), 0)
    for number, turn in enumerate(TURNS):
        path = folder / f"{number}.duckdb"
        world.warehouse.close()
        if number:
            copyfile(folder / "live.duckdb", path)
        world = world_on(folder / "live.duckdb", world.members, number)
        before = copied(world.members)
        turn.play(world)
        assert world.seen.error is None, world.seen.error
        found.append(Saved(path, before, world.boundaries))
    world.close()
    yield found


def world_on(path: Path, members: Members, runs: int) -> World:
    """A world over this database, and this platform, after so many runs."""
    world = World()
    world.close()
    world.runs = runs
    world.warehouse = duckdb.connect(duckdb.Settings(path=str(path), threads=1))
    world.members = members
    return world


def copied(members: Members) -> Members:
    """The platform as it is now."""
    lists = {"requests": list(members.requests), "entries": set(members.entries), "audiences": list(members.audiences)}
    return replace(members, **lists, accepted=dict(members.accepted), verdicts=dict(members.verdicts))


def wrong_now(world: World, when: str) -> Iterator[str]:
    """Who is on the list and not known, and what is logged as succeeded without the platform's word."""
    tables = world.warehouse.tables("wsync")
    holding = [name for name in tables if name == "mirror_people"]
    if "runs" in tables:
        sending = "select sync_run_id from wsync.runs where phase = 'sending'"
        holding += [f"plan_people_{run}" for (run,) in world.sql(sending)]
    known = {
        t for name in holding for (text,) in world.sql(f"select tokens from wsync.{name}") for t in as_tokens(text)
    }
    yield from (f"{when}: forgotten: {token}" for token in world.members.tokens - known)
    if "sync_log" in tables:
        told = "select request_id, status, count(*) from wsync.sync_log where operation is not null group by all"
        for reference, status, _ in world.sql(told):
            verdict = world.members.verdicts.get(reference)
            if status == "succeeded" and (verdict is None or verdict.status != "succeeded"):
                yield f"{when}: falsely logged: request {reference}"


def killed(at: int, saved: Saved, kill: int) -> list[str]:
    """What goes wrong when this turn is killed at this boundary."""
    path = saved.path.with_name("killed.duckdb")
    path.unlink(missing_ok=True)
    if at:
        copyfile(saved.path, path)
    world = world_on(path, copied(saved.members), at)
    try:
        turn = TURNS[at]
        turn.play(world, crash_at=kill)
        died_at = world.seen.crashed_at
        wrong = [*wrong_now(world, "killed"), *calmed(world, SECOND if turn.rows is THIRD else THIRD)]
        return [f"turn {at + 1}, boundary {kill} ({died_at}): {each}" for each in wrong]
    finally:
        world.close()


def calmed(world: World, rows: Sequence[tuple[Any, ...]]) -> Iterator[str]:
    """What is wrong once the platform has answered everything, and nothing is left to be asked."""
    for _ in range(6):
        for reference in list(world.members.accepted):
            world.members.decide(reference, "succeeded")
        quiet = not world.now(*rows, kind="retry").answers
        yield from wrong_now(world, "afterwards")
        if quiet:
            break
    wanted = {frozenset(t for t in (("EMAIL", mail), ("PHONE", phone)) if t[1]) for _, mail, phone, _ in rows}
    for each in wanted:
        if not any(each <= entry for entry in world.members.entries):
            yield f"not on the list as a whole: {set(each)}"
    yield from (f"leaked: {token}" for token in world.members.tokens - frozenset().union(*wanted))
    yield from (f"left {state}" for state in set(world.mirror().values()) - {"member"})


def swept(saved: list[Saved], stride: int) -> list[str]:
    points = [(at, kill) for at, each in enumerate(saved) for kill in range(each.boundaries)]
    return [wrong for at, kill in points[::stride] for wrong in killed(at, saved[at], kill)]


def test_killed_at_many_a_boundary_the_next_runs_converge(saved: list[Saved]) -> None:
    assert sum(each.boundaries for each in saved) > 500
    assert swept(saved, 211) == []


@pytest.mark.sweep
def test_killed_at_any_boundary_the_next_runs_converge(saved: list[Saved]) -> None:
    """Takes a quarter of an hour."""
    assert swept(saved, 1) == []
