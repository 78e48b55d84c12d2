"""Changes, plan and settle on duckdb equal the plain rules, whatever happens to source, configuration and process."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.model.history import History, edited
from warehouse_sync.model import Answer

EMAILS = st.sampled_from(["e1@x.io", "e2@x.io", "e3@x.io", "e4@x.io", " E1@X.io", "nonsense", "", None])
PHONES = st.sampled_from(["p1", "p2", "p3", None, None])
CITIES = st.sampled_from(["c1", "c2", None])
KEYS = st.sampled_from([1, 2, 3, 4, 5, 6])
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), KEYS, EMAILS, PHONES, CITIES),
        st.tuples(st.just("set"), KEYS, EMAILS, PHONES, CITIES),
        st.tuples(st.just("set"), KEYS, EMAILS, PHONES, CITIES),
        st.tuples(st.just("delete"), KEYS),
        st.tuples(st.just("copy"), KEYS, st.sampled_from(["same", "c3"])),
        st.tuples(st.just("set"), st.none(), EMAILS, PHONES, CITIES),
        st.tuples(st.just("delete"), st.none()),
    ),
    max_size=4,
)
FAULTS = st.lists(st.sampled_from([None, None, None, "lost request", "lost answer", "refused"]), max_size=5)
KINDS = st.sampled_from(["run", "run", "run", "retry", "resync", "replace"])
ANSWERS = st.lists(
    st.sampled_from(["succeeded", "succeeded", "pending", "failed", "partial", "in_doubt"]), min_size=1, max_size=6
)
REFUSED = st.sets(st.sampled_from(["e1@x.io", "e2@x.io", "p1", "p3"]), max_size=2)


class Sync(RuleBasedStateMachine):
    """A sync's life: a source that changes, runs that fail, and a calm end."""

    @initialize(
        kind=st.sampled_from(["entries", "tokens"]),
        later=st.booleans(),
        anew=st.sampled_from(["clear", "replace"]),
        edits=EDITS,
    )
    def begin(self, kind: Any, later: bool, anew: Any, edits: list[tuple[Any, ...]]) -> None:
        self.history = History(kind, later=later, anew="clear" if later else anew)
        self.planned: list[str] = []
        self._edit(edits)

    def _edit(self, edits: list[tuple[Any, ...]]) -> None:
        for edit in edits:
            self.history.rows = edited(self.history.rows, edit)

    @rule(edits=EDITS, faults=FAULTS, kind=KINDS)
    def run(self, edits: list[tuple[Any, ...]], faults: list[Any], kind: str) -> None:
        self._edit(edits)
        self.history.run(kind, faults=faults)

    @rule(edits=EDITS, faults=FAULTS, kind=KINDS, at=st.integers(0, 170))
    def crash(self, edits: list[tuple[Any, ...]], faults: list[Any], kind: str, at: int) -> None:
        self._edit(edits)
        self.history.run(kind, faults=faults, crash_at=at)

    @rule(statuses=ANSWERS, at=st.none() | st.integers(0, 60), ask=st.booleans())
    def answer(self, statuses: list[Answer], at: int | None, ask: bool) -> None:
        self.history.answer(statuses)
        if ask:
            self.history.poll(crash_at=at)

    @rule(edits=EDITS)
    def plan(self, edits: list[tuple[Any, ...]]) -> None:
        self._edit(edits)
        self.planned.append(self.history.run("plan").run_id)

    @rule(faults=FAULTS, at=st.none() | st.integers(0, 90), which=st.integers(0, 2))
    def apply(self, faults: list[Any], at: int | None, which: int) -> None:
        if self.planned:
            self.history.apply(self.planned[-1 - which % len(self.planned)], faults=faults, crash_at=at)

    @rule(key=KEYS, faults=FAULTS, at=st.none() | st.integers(0, 150))
    def forget(self, key: int, faults: list[Any], at: int | None) -> None:
        self.history.forget(str(key), faults=faults, crash_at=at)

    @rule(mode=st.sampled_from(["mirror", "mirror", "upsert", "delete"]), retry=st.booleans(), after_adds=st.booleans())
    def choose(self, mode: str, retry: bool, after_adds: bool) -> None:
        self.history.configure(replace(self.history.settings, mode=mode, retry=retry, after_adds=after_adds))

    @rule(fields=st.sampled_from([("EMAIL", "PHONE", "CITY"), ("EMAIL", "PHONE"), ("EMAIL", "CITY")]))
    def map(self, fields: tuple[str, ...]) -> None:
        self.history.configure(replace(self.history.settings, fields=fields))

    @rule(values=REFUSED)
    def refuse(self, values: set[str]) -> None:
        self.history.world.members.refused = set(values)

    @rule()
    def lose_snapshot(self) -> None:
        self.history.lose_snapshot()

    def teardown(self) -> None:
        if hasattr(self, "history"):
            try:
                if self.history.sound:
                    self.history.calm()
            finally:
                self.history.world.close()


QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def _histories(examples: int, steps: int, *, derandomize: bool) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=derandomize,
        database=None,
        suppress_health_check=QUIET,
    )
    run_state_machine_as_test(Sync, settings=chosen)


def test_the_warehouse_plans_and_remembers_as_the_rules_say() -> None:
    _histories(24, 12, derandomize=True)


@pytest.mark.sweep
def test_the_warehouse_plans_and_remembers_as_the_rules_say_in_many_long_histories() -> None:
    """Takes an hour."""
    _histories(300, 25, derandomize=False)
