"""Errors at every call of a scenario: each once before and once after it took effect, alone, twice, or before an end.

A run that ends well must have left what an undisturbed run leaves, row for row; after any other the next one converges.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.crash import oracle
from tests.crash.oracle import History
from tests.crash.places import DuckFile, Place, Yard, some_name
from tests.crash.processes import Platform
from tests.crash.sweep import Scenario, Sweep, and_tables
from tests.crash.weak import RULES, STORIES, Died, Lawless, Rules, Trouble, WeakFile
from tests.crash.world import Ended, run, set_source

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
        """The world as it was before a turn."""
        learned, history = self.sweep.learned[at], History()
        for turn in self.scenario.turns[: at + 1]:
            history.saw(turn.rows)
        platform.ask("restore", learned.platform)
        place = learned.before.copy(some_name())
        assert isinstance(place, WeakFile)
        try:
            with place.held():
                yield place, history
        finally:
            place.remove()

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
            return self._next_run(platform, place, history, trial.at)

    def _next_run(self, platform: Platform, place: Place, history: History, at: int) -> list[str]:
        calm = self.scenario.calm(at)
        tables = oracle.read_tables(place, then=calm.rows)
        wrong = oracle.all_checks(platform, tables, history)
        platform.ask("order", self.scenario.orders())
        history.saw(calm.rows)
        ended, tables = and_tables(place, platform.url, calm, at + 1)
        set_source(place, calm.rows)
        return wrong + self.sweep.after(platform, ended, tables, calm, history)


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


def rotated(losses: Losses, turn: int) -> list[Trial]:
    """Every call once, each with another story; `turn` turns the wheel."""
    stories = list(STORIES)
    whole = list(losses.trials())
    return [each for each in whole if each.story == stories[(each.call + turn) % len(stories)]]


def under(scenario: Scenario, yard: Yard) -> list[Losses]:
    """The scenario under every warehouse's rules."""
    return [Losses(scenario, rules, yard) for rules in RULES]


def tried(losses: Losses, trials: Sequence[Trial]) -> list[str]:
    """The violations, as a list."""
    return list(losses.violations(trials))
