"""Errors at every call of a scenario: each once before and once after it took effect, alone, twice, or before an end.

A run that ends well must have left what an undisturbed run leaves, row for row; after any other the next one converges.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import duckdb

from tests.crash import oracle
from tests.crash.counted import Tally
from tests.crash.oracle import History
from tests.crash.places import DuckFile, Place, Yard
from tests.crash.processes import Platform
from tests.crash.sweep import Point, Scenario, Sweep
from tests.crash.weak import STORIES, Died, Lawless, Rules, Trouble, WeakFile
from tests.crash.world import Ended, run

GIVEN_UP = ("AnswerLost", "WarehouseBusy")
"""How a run may end that met such errors and did not resolve them."""
RESOLVED = ("busy", "lost before", "lost after", "lost twice", "lost, then busy")
"""Stories that a run gets over by itself."""
STREAMS = ("run/changed_rows", "run/pages")


class Trial(NamedTuple):
    """A turn, the call at which its story begins, and the story's name."""

    at: int
    call: int
    story: str


@dataclass(frozen=True)
class Left:
    """What a run leaves: log, mirror, counts, requests, and who is a member."""

    log: tuple[tuple[Any, ...], ...]
    mirror: tuple[tuple[Any, ...], ...]
    counts: tuple[tuple[Any, ...], ...]
    requests: tuple[tuple[str, tuple[frozenset[str], ...]], ...]
    entries: frozenset[frozenset[str]]

    def unlike(self, other: Left) -> list[str]:
        return [f"another {name} than undisturbed" for name in LEFT if getattr(self, name) != getattr(other, name)]


LEFT = ("log", "mirror", "counts", "requests", "entries")
LOG = "primary_key, operation, status, reason, error_code, field_notes, attempt, page, http_status"
MIRROR = """
    cast(identity as text), state, primary_key, tokens, cast(payload as text), cast(payload_acknowledged as text),
    planned_action, refused, attempts, retry_fence, last_error_code
"""
COUNTED = re.compile(r"_keys$|_rows$|_copies$|_pages$|_insert$|_update$|_delete$|^status$|^phase$|^error_code$")


@dataclass
class Losses:
    """A scenario under one warehouse's rules, with what it leaves undisturbed."""

    scenario: Scenario
    rules: Rules
    yard: Yard
    sweep: Sweep = field(init=False)
    undisturbed: list[Left] = field(default_factory=list)

    def learn(self) -> None:
        """Run every turn undisturbed under the rules."""

        def weak(name: str) -> Place:
            file = self.yard(f"{name}_{self.rules.name}")
            assert isinstance(file, DuckFile)
            return WeakFile(file, self.rules)

        self.sweep = Sweep(self.scenario, weak)
        self.sweep.learn()

    def calls(self, at: int) -> list[str]:
        """The warehouse's calls of a turn, in order."""
        names = (name.removeprefix("before ") for name in self.sweep.learned[at].ended.names if name[0] == "b")
        return [name for name in names if not name.split(" ")[0].isupper()]

    def trials(self) -> Iterator[Trial]:
        """Everything there is to try."""
        for at in range(len(self.sweep.learned)):
            for call in range(1, len(self.calls(at)) + 1):
                yield from (Trial(at, call, story) for story in STORIES)

    def name(self, trial: Trial) -> str:
        call = self.calls(trial.at)[trial.call - 1]
        return f"{self.rules.name}: turn {trial.at + 1}, call {trial.call} ({call}) {trial.story}"

    def may_give_up(self, trial: Trial) -> bool:
        """Whether the run may end in this error. An answer read row by row is not asked for again in the same run."""
        return trial.story not in RESOLVED or self.calls(trial.at)[trial.call - 1] in STREAMS

    def violations(self, trials: Iterable[Trial]) -> Iterator[str]:
        """What goes wrong in these trials. One platform serves them all, in this process, one after another."""
        with Platform(people=self.scenario.people, members=self.scenario.members) as platform:
            for at in range(len(self.sweep.learned)):
                with self._world(platform, at) as (place, _):
                    ended = run(place, platform.url, self.scenario.turns[at], at, Trouble())
                    self.undisturbed.append(left(place, platform, ended))
            for trial in trials:
                yield from (f"{self.name(trial)}: {wrong}" for wrong in self._try(platform, trial))

    @contextmanager
    def _world(self, platform: Platform, at: int) -> Iterator[tuple[Place, History]]:
        with self.sweep.world(platform, at) as (place, history):
            assert isinstance(place, WeakFile)
            with place.held():
                yield place, history

    def _try(self, platform: Platform, trial: Trial) -> list[str]:
        with self._world(platform, trial.at) as (place, history):
            trouble = Trouble(at=trial.call, story=STORIES[trial.story])
            ended: Ended | None = None
            try:
                ended = run(place, platform.url, self.scenario.turns[trial.at], trial.at, trouble)
            except Died:
                pass
            except Lawless as broken:
                return [str(broken)]
            except Exception as fault:
                return [f"{type(fault).__name__}"]
            if ended and ended.status == self.sweep.learned[trial.at].ended.status:
                return left(place, platform, ended).unlike(self.undisturbed[trial.at])
            if ended and not (ended.error.startswith(GIVEN_UP) and self.may_give_up(trial)):
                return [f"ended {ended.status} {ended.error}"]
            wrong = self.sweep.next_run(platform, place, history, trial.at)
            if trouble.late and not wrong:
                arrive(place, trouble.late)
                wrong = self.sweep.next_run(platform, place, history, trial.at, number=trial.at + 2)
            return wrong


def arrive(place: Place, statement: str) -> None:
    """A statement of a dead run reaches the warehouse; what it needed may be gone."""
    with place.connected() as connection:
        try:
            connection.execute(statement)
        except duckdb.Error:
            return


def left(place: Place, platform: Platform, ended: Ended) -> Left:
    """What there is after a run that ended."""
    tables = oracle.read_tables(place)
    newest = tables.runs[-1]
    with place.connected() as connection:
        log = connection.execute(f"select {LOG} from wsync.sync_log where sync_run_id = '{newest['sync_run_id']}'")
        lines = log.fetchall()
        mirror = connection.execute(f"select {MIRROR} from wsync.mirror_people").fetchall()
    return Left(
        log=tuple(sorted(lines, key=str)),
        mirror=tuple(sorted(mirror, key=str)),
        counts=tuple((name, value) for name, value in newest.items() if COUNTED.search(name)),
        requests=tuple((each.kind, each.rows) for each in platform.ask("journal")),
        entries=frozenset(platform.ask("entries")),
    )


def rotated(losses: Losses, turn: int, of: int) -> list[Trial]:
    """Of so many turns each takes its share of the calls, every one with another story."""
    stories = list(STORIES)
    mine = [each for each in losses.trials() if each.call % of == turn]
    return [each for each in mine if each.story == stories[(each.call // of + turn) % len(stories)]]


def tried(losses: Losses, trials: Sequence[Trial]) -> list[str]:
    """The violations, as a list."""
    return list(losses.violations(trials))


def cuts(sweep: Sweep, points: Sequence[Point]) -> list[str]:
    """What is wrong when the line to a server breaks in turn at each of these messages, just sent: the run goes on
    over another line, and leaves what it leaves undisturbed."""
    undisturbed, wrong = dict[int, Left](), list[str]()
    with Platform() as platform:
        for at, kill in points:
            if at not in undisturbed:
                with sweep.world(platform, at) as (place, _):
                    undisturbed[at] = left(
                        place, platform, run(place, platform.url, sweep.scenario.turns[at], at, Tally())
                    )
            with sweep.world(platform, at) as (place, history):
                found = _with_a_cut(sweep, platform, (place, history), (at, kill), undisturbed[at])
            wrong += [f"{sweep.name((at, kill))}: {each}" for each in found]
    return wrong


def _with_a_cut(
    sweep: Sweep, platform: Platform, world: tuple[Place, History], point: Point, undisturbed: Left
) -> list[str]:
    (place, history), (at, kill) = world, point
    ended = run(place, platform.url, sweep.scenario.turns[at], at, Tally(dies=kill))
    if ended.status == sweep.learned[at].ended.status:
        return left(place, platform, ended).unlike(undisturbed)
    told = ended.error.startswith(("WarehouseError", *GIVEN_UP))
    if not told or (ended.names and not sweep.boundary(point).endswith(STREAMS)):
        return [f"ended {ended.status} {ended.error}"]
    return sweep.next_run(platform, place, history, at)
