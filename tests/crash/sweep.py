"""One scenario, killed at every boundary: learned uncrashed, then crashed once per boundary and run again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.crash import oracle
from tests.crash.counted import Kill, Tally
from tests.crash.oracle import History, Tables
from tests.crash.places import Place, Yard, some_name
from tests.crash.processes import ChildFailed, Killed, Platform, in_child, kill_myself
from tests.crash.world import Ended, Row, Turn, digest, run, set_source
from warehouse_sync.errors import Held

Point = tuple[int, Kill]
"""A turn, and where it dies."""


@dataclass(frozen=True)
class Scenario:
    """Turns, each of which may be killed anywhere; what the source is when the next run comes; what is refused.

    `members` is the sandbox's kind of audience, `people` who has which tokens where the platform links them.
    """

    turns: tuple[Turn, ...]
    afterwards: tuple[tuple[Row, ...], ...]
    refused: tuple[str, ...] = ()
    members: str = "entries"
    people: tuple[tuple[str, str], ...] = ()

    @property
    def rejected(self) -> frozenset[str]:
        return frozenset(f"EMAIL:{digest(value)}" for value in self.refused)

    def orders(self, turn: Turn | None = None) -> list[dict[str, Any]]:
        """The platform's own refusals, and this turn's faults before them."""
        own = [refusal(value, "add") for value in self.refused]
        return [*(turn.orders if turn else ()), *own]

    def calm(self, at: int) -> Turn:
        """The run after a crash in turn `at`: another source, no faults."""
        return Turn(self.afterwards[at], page=self.turns[at].page)


def refusal(value: str, kind: str) -> dict[str, Any]:
    """From now on every request of this kind that carries this value is refused."""
    return {"answer": "bad_parameter", "kind": kind, "times": None, "value": digest(value)}


@dataclass(frozen=True)
class Learned:
    """A turn as it goes uncrashed, and the world before it."""

    before: Place
    platform: bytes
    ended: Ended
    requests: int
    log: tuple[tuple[Any, ...], ...]
    violations: tuple[str, ...]


@dataclass
class Sweep:
    """A scenario in a yard of its own, with its uncrashed turns."""

    scenario: Scenario
    yard: Yard
    learned: list[Learned] = field(default_factory=list)

    def learn(self) -> None:
        """Run every turn uncrashed, keep the world before each, and check it after each."""
        place, history = self.yard("learn"), History()
        with Platform(people=self.scenario.people, members=self.scenario.members) as platform:
            for at, turn in enumerate(self.scenario.turns):
                history.saw(turn.rows)
                platform.ask("order", self.scenario.orders(turn))
                in_child(partial(set_source, place, turn.rows))
                before = place.copy(some_name())
                saved, asked = platform.ask("save"), sum(platform.ask("counts").values())
                ended = in_child(partial(run, place, platform.url, turn, at, Tally()))
                tables = in_child(partial(oracle.read_tables, place))
                wrong = oracle.all_checks(platform, tables, history) + oracle.tidy(tables)
                wrong += oracle.reconciled(tables, exactly=True) + oracle.source_counts(tables.runs[-1], turn.rows)
                requests = sum(platform.ask("counts").values()) - asked
                self.learned.append(Learned(before, saved, ended, requests, _lines(tables), tuple(wrong)))

    def points(self) -> Iterator[Point]:
        """Every (turn, kill) there is."""
        for at, learned in enumerate(self.learned):
            yield from ((at, Kill(n)) for n in range(1, len(learned.ended.names) + 1))
            yield from ((at, Kill(n, on_wire=True)) for n in range(1, len(learned.ended.wire) + 1))

    def boundary(self, point: Point) -> str:
        at, kill = point
        ended = self.learned[at].ended
        return f"during {ended.wire[kill.number - 1]}" if kill.on_wire else ended.names[kill.number - 1]

    def name(self, point: Point) -> str:
        at, kill = point
        return f"turn {at + 1}, {'message' if kill.on_wire else 'boundary'} {kill.number} ({self.boundary(point)})"

    def crash(self, at: int, *kills: Kill) -> list[str]:
        """Kill turn `at` as told, and the runs after it; the violations of the run that follows.

        Without a kill the turn is left out.
        """
        with Platform() as platform, self.world(platform, at) as (place, history):
            try:
                return self._crash(platform, place, at, kills, history)
            except ChildFailed as failed:
                return [f"a run failed: {str(failed).splitlines()[-1]}"]

    @contextmanager
    def world(self, platform: Platform, at: int) -> Iterator[tuple[Place, History]]:
        """The world as it was before a turn, and everything that was ever in it."""
        learned, history = self.learned[at], History()
        for turn in self.scenario.turns[: at + 1]:
            history.saw(turn.rows)
        platform.ask("restore", learned.platform)
        place = learned.before.copy(some_name())
        try:
            yield place, history
        finally:
            place.remove()

    def _crash(self, platform: Platform, place: Place, at: int, kills: tuple[Kill, ...], history: History) -> list[str]:
        wrong: list[str] = []
        turn, calm = self.scenario.turns[at], self.scenario.calm(at)
        for number, kill in enumerate(kills, start=at):
            died = in_child(partial(run, place, platform.url, turn, number, Tally(dies=kill, kill=kill_myself)))
            if not isinstance(died, Killed):
                return wrong  # this run has fewer boundaries
            left = in_child(partial(oracle.read_tables, place, then=calm.rows))
            wrong += oracle.all_checks(platform, left, history)
            turn = calm
            platform.ask("order", self.scenario.orders())
            history.saw(calm.rows)
        if not kills:
            platform.ask("order", self.scenario.orders())
            history.saw(calm.rows)
            in_child(partial(set_source, place, calm.rows))
        ended, tables = in_child(partial(and_tables, place, platform.url, calm, at + len(kills)))
        return wrong + self.after(platform, ended, tables, calm, history)

    def next_run(
        self, platform: Platform, place: Place, history: History, at: int, number: int | None = None
    ) -> list[str]:
        """What is wrong now that turn `at` failed, and after the run that follows it, over another source."""
        calm = self.scenario.calm(at)
        failed = oracle.read_tables(place, then=calm.rows)
        wrong = oracle.all_checks(platform, failed, history)
        platform.ask("order", self.scenario.orders())
        history.saw(calm.rows)
        ended, tables = and_tables(place, platform.url, calm, number or at + 1)
        return wrong + self.after(platform, ended, tables, calm, history)

    def after(self, platform: Platform, ended: Ended, tables: Tables, calm: Turn, history: History) -> list[str]:
        """What is wrong after the run that followed."""
        scenario = self.scenario
        if ended.status not in ("succeeded", "partial"):
            return [f"the next run ended {ended.status} {ended.error}"]
        entries, target = platform.ask("entries"), oracle.wanted(calm.rows, history)
        wrong = oracle.converged(target, entries, scenario.rejected)
        if scenario.members == "entries" and not scenario.people:
            wrong += oracle.whole(target, entries, scenario.rejected)
        wrong += oracle.all_checks(platform, tables, history) + oracle.tidy(tables)
        wrong += oracle.reconciled(tables, exactly=True) + oracle.source_counts(tables.runs[-1], calm.rows)
        return wrong + [f"{count} audiences were made" for count in [platform.ask("audiences")] if count != 1]


def _lines(tables: Tables) -> tuple[tuple[Any, ...], ...]:
    """The log of the newest run: key, operation, status, reason."""
    newest = [line for line in tables.log if line["sync_run_id"] == tables.runs[-1]["sync_run_id"]]
    return tuple((line["primary_key"], line["operation"], line["status"], line["reason"]) for line in newest)


def and_tables(place: Place, url: str, turn: Turn, number: int) -> tuple[Ended, Tables]:
    """A run that nothing disturbs, and what the tables say after it."""
    ended = run(place, url, turn, number, Tally())
    return ended, oracle.read_tables(place)


def violations(sweep: Sweep, points: Iterable[Point]) -> Iterator[str]:
    """What went wrong, with the point's name before it."""
    for point in points:
        for wrong in sweep.crash(*point):
            yield f"{sweep.name(point)}: {wrong}"


def at_once(sweep: Sweep, points: Iterable[Point]) -> Iterator[str]:
    """What is wrong with the run that comes at once after a kill, the dead run's lease not over: it must leave the
    sync alone from the claim on, until the lease is given back."""
    for at, kill in points:
        names, turn = sweep.learned[at].ended.names, sweep.scenario.turns[at]
        with Platform() as platform, sweep.world(platform, at) as (place, _):
            in_child(partial(run, place, platform.url, turn, at, Tally(dies=kill, kill=kill_myself)))
            with place.connected():  # what it asked for is over
                pass
            ended = in_child(partial(run, place, platform.url, sweep.scenario.calm(at), at + 1, Tally()))
        held = "after run/claim" in names[: kill.number] and kill.number < len(names)
        if (ended.exit_code == Held.exit_code) != held:
            yield f"{sweep.name((at, kill))}: the next run ended {ended.status} {ended.error}"
