"""Random histories: runs over a source that is edited between them, killed and faulted anywhere, then one calm run."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.crash import oracle
from tests.crash.counted import Kill, Tally
from tests.crash.oracle import History, Tables
from tests.crash.places import Place, Yard
from tests.crash.processes import ChildFailed, Killed, Platform, in_child, kill_myself
from tests.crash.sweep import refusal
from tests.crash.world import Ended, Row, Turn, digits, email, row, run, run_id, set_source

KEYS, EMAILS, PHONES = 8, 6, 5
REFUSED = email(EMAILS)
BOUNDARIES = 190
"""A run passes fewer than so many; a kill set beyond its last one does not happen."""

KILLED, PLAN_ONLY, APPLIED, RETRIED, RESYNCED, REPLACED = 0.5, 0.15, 0.5, 0.08, 0.05, 0.05
LOST_REQUEST, LOST_ANSWER, REFUSED_REMOVAL, OTHER_FAULT = 0.15, 0.2, 0.25, 0.15
OTHER_FAULTS = ("truncated", "html", "transient", "error_in_200", "not_json", "throttled", "permission")
UNFORESEEN = ("ConfigError", "WarehouseError", "WarehouseBusy", "AlreadyExists", "Held")
"""Errors that no crash and no fault of the platform may cause."""


@dataclass
class World:
    """One history: its dice, its source, and where its state is."""

    seed: int
    database: Place
    dice: random.Random = field(init=False)
    source: list[Row] = field(default_factory=list)
    history: History = field(default_factory=History)
    number: int = 0
    planned: str | None = None

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.members = self.dice.choice(("entries", "tokens"))
        self.settings = (("concurrency", self.dice.choice((1, 1, 2))),)
        self.page = self.dice.randint(1, 3)
        self.refuses = self.dice.random() < 0.6

    # -- what happens --------------------------------------------------------------------------------------------

    def edit(self) -> None:
        """A few keys come, go, change, get a second row that differs or not, lose their values, or are null."""
        self.source = [each for each in self.source if each[0] is not None]
        for _ in range(self.dice.randint(1, 5)):
            key, fate = self.dice.randint(1, KEYS), self.dice.random()
            self.source = [each for each in self.source if each[0] != key]
            if fate < 0.25:
                continue
            made = row(None, None) if fate < 0.3 else self.a_row(key) if fate < 0.93 else row(key, None)
            self.source.append(made)
            if 0.3 <= fate < 0.42:
                self.source.append(made if fate < 0.35 else self.a_row(key))

    def a_row(self, key: int) -> Row:
        phone = self.dice.randint(1, PHONES) if self.dice.random() < 0.8 else None
        return row(key, self.dice.randint(1, EMAILS) if phone is None or self.dice.random() < 0.9 else None, phone)

    def orders(self) -> list[dict[str, Any]]:
        dice, found = self.dice, []
        if dice.random() < LOST_REQUEST:
            found.append({"answer": "reset_before", "kind": "users", "after": dice.randint(0, 3)})
        if dice.random() < LOST_ANSWER:
            found.append({"answer": "reset_after", "kind": "users", "after": dice.randint(0, 3)})
        if dice.random() < REFUSED_REMOVAL:
            value = dice.choice((email(dice.randint(1, EMAILS)), digits(dice.randint(1, PHONES))))
            found.append(refusal(value, "remove"))
        if dice.random() < OTHER_FAULT:
            found.append({"answer": dice.choice(OTHER_FAULTS), "kind": "users", "after": dice.randint(0, 2)})
        if self.refuses:
            found.append(refusal(REFUSED, "add"))
        return found

    def turn(self) -> Turn:
        """What is asked for next: mostly a run, sometimes only a plan, or the plan made before."""
        rows, dice = tuple(self.source), self.dice
        if self.planned is not None and dice.random() < APPLIED:
            planned, self.planned = self.planned, None
            return Turn(rows, kind="apply", plan=planned, settings=self.settings, page=self.page)
        fate = dice.random()
        if fate < PLAN_ONLY:
            self.planned = run_id(self.number)
            return Turn(rows, kind="plan", settings=self.settings, page=self.page)
        fate -= PLAN_ONLY
        again: Any = "resync" if fate < RETRIED + RESYNCED else "replace"
        kind: Any = "retry" if fate < RETRIED else again if fate < RETRIED + RESYNCED + REPLACED else "run"
        return Turn(rows, kind=kind, settings=self.settings, page=self.page)

    # -- what must hold ------------------------------------------------------------------------------------------

    def play(self, platform: Platform) -> list[str]:
        """The whole history; what went wrong first, with the number of its run."""
        runs = self.dice.randint(4, 8)
        self.edit()
        in_child(partial(set_source, self.database, self.source))
        for number in range(1, runs + 1):
            wrong = self.live(platform, self.turn(), self.orders(), kill=self.dice.random() < KILLED)
            if wrong:
                return [f"seed {self.seed}, run {number}: {each}" for each in wrong]
        return [f"seed {self.seed}, calm run: {each}" for each in self.calm(platform)]

    def live(self, platform: Platform, turn: Turn, orders: list[dict[str, Any]], *, kill: bool) -> list[str]:
        self.history.saw(turn.rows)
        platform.ask("order", orders)
        at = self.dice.randint(1, BOUNDARIES)
        tally = Tally(dies=Kill(at), kill=kill_myself) if kill else Tally()
        ended = in_child(partial(run, self.database, platform.url, turn, self.number, tally))
        self.number += 1
        self.edit()
        tables = in_child(partial(oracle.read_tables, self.database, then=self.source))
        wrong = oracle.all_checks(platform, tables, self.history) + oracle.reconciled(tables, exactly=False)
        if not isinstance(ended, Killed) and ended.error.startswith(UNFORESEEN):
            wrong.append(f"{turn.kind} failed: {ended.error}")
        return wrong

    def calm(self, platform: Platform) -> list[str]:
        """No faults, nothing refused, everything tried again: the list equals the source."""
        rows = tuple(self.source)
        self.history.saw(rows)
        platform.ask("order", [])
        turn = Turn(rows, kind="retry", settings=self.settings, page=self.page)
        ended, tables = in_child(partial(_calm, self.database, platform.url, turn, self.number))
        if ended.status not in ("succeeded", "partial"):
            return [f"ended {ended.status} {ended.error}"]
        entries, target = platform.ask("entries"), oracle.wanted(rows, self.history)
        wrong = oracle.converged(target, entries, frozenset())
        if self.members == "entries":
            wrong += oracle.whole(target, entries, frozenset())
        wrong += oracle.all_checks(platform, tables, self.history) + oracle.tidy(tables)
        return wrong + oracle.reconciled(tables, exactly=False) + oracle.source_counts(tables.runs[-1], rows)


def _calm(database: Place, url: str, turn: Turn, number: int) -> tuple[Ended, Tables]:
    ended = run(database, url, turn, number, Tally())
    return ended, oracle.read_tables(database)


def histories(yard: Yard, seeds: Sequence[int]) -> list[str]:
    """What went wrong in the histories with these seeds."""
    wrong = []
    for seed in seeds:
        world = World(seed, yard(f"history_{seed}"))
        try:
            with Platform(members=world.members) as platform:
                wrong += world.play(platform)
        except ChildFailed as failed:
            wrong.append(f"seed {seed}: {str(failed).splitlines()[-1]}")
        finally:
            world.database.remove()
    return wrong
