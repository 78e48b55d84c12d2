"""The engine broken on purpose, one rule at a time, and the scenario that must notice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.crash.places import Yard
from tests.crash.scenarios import EVERYTHING, REFUSED_COMES_BACK, REJECTED_LEAVES, REPLACED, SAME_PERSON
from tests.crash.sweep import Scenario, Sweep, violations
from warehouse_sync import delivery, statements
from warehouse_sync.ledger import settling
from warehouse_sync.ledger.core import Ledger
from warehouse_sync.model import Ports


@dataclass(frozen=True)
class Mutant:
    """A way to break the engine, what shows it, and words of the violation it must cause."""

    scenario: Scenario
    breaks: Callable[[], None]
    words: str


def no_plan_before_sending() -> None:
    """Phase `sending` is not written before the first request."""
    phase = settling.phase

    def forgetful(ledger: Any, run: Any, name: str, status: str, **facts: Any) -> None:
        if name != "sending":
            phase(ledger, run, name, status, **facts)

    settling.phase = forgetful


def not_attempted_is_not_recorded() -> None:
    """Plan rows without an outcome leave no trace in the mirror."""
    break_statement(
        "settle/verdict",
        ("left join paged on paged.page = p.page", KEEPING_ATTEMPTED),
    )


KEEPING_ATTEMPTED = (
    "left join paged on paged.page = p.page where p.page is null or own.seq is not null or paged.page is not null"
)


def timeout_is_success() -> None:
    """A request without an answer counts as done."""
    told = delivery._Verdicts.tell

    def hopeful(self: Any, rows: Any, status: Any, **facts: Any) -> None:
        told(self, rows, "succeeded" if status == "in_doubt" else status, **facts)

    delivery._Verdicts.tell = hopeful  # type: ignore[method-assign]


def rejected_is_forgotten() -> None:
    """A row that the platform rejected is not removed when it leaves."""
    break_statement("run/leaving", ("where $removes", "where $removes and m.state <> 'rejected'"))


def refused_removal_keeps_its_state() -> None:
    """A removal that was refused leaves the mirror as it was."""
    break_statement(
        "settle/verdict",
        ("when j.action = 'remove' then 'in_doubt'", "when j.action = 'remove' then coalesce(j.old_state, 'in_doubt')"),
    )


def whole_identities_and_no_repair() -> None:
    """A removal carries every token, shared ones too, and those who share them are not added again."""
    break_statement(
        "run/leaving",
        ("case when w.token is null then 0 else t.bit end", "0"),
        ("t.token is not null and w.token is null", "t.token is not null"),
    )
    break_statement("run/additions", ("when m.state = 'member' and l.identity is not null then 'repaired'", ""))


def adds_first() -> None:
    """Additions are sent before removals."""
    break_statement(
        "run/removals", ("case when $after_adds then 1 else 0 end", "case when $after_adds then 1 else 2 end")
    )


def replaced_without_its_members() -> None:
    """A list is replaced although the plan leaves out members who stay."""
    break_statement("run/additions", ("and $resync", "and false"))
    break_statement("run/unplanned", ("count(*)", "0 * count(*)"))


def past_the_port() -> None:
    """Tables are dropped on a way of their own, without a boundary."""
    drop = Ledger.drop

    def silent(self: Ledger, name: str, kind: str = "table") -> None:
        drop(replace(self, ports=Ports()), name, kind)

    Ledger.drop = silent  # type: ignore[method-assign]


MUTANTS = {
    "no plan before sending": Mutant(EVERYTHING, no_plan_before_sending, "forgotten|leaked"),
    "rows not attempted not recorded": Mutant(EVERYTHING, not_attempted_is_not_recorded, "leaked|failed"),
    "a timeout counted as success": Mutant(EVERYTHING, timeout_is_success, "falsely logged"),
    "rejected rows forgotten": Mutant(REJECTED_LEAVES, rejected_is_forgotten, "leaked"),
    "a refused removal keeps its state": Mutant(REFUSED_COMES_BACK, refused_removal_keeps_its_state, "missing"),
    "whole identities removed, nothing repaired": Mutant(EVERYTHING, whole_identities_and_no_repair, "missing|whole"),
    "adds before removes": Mutant(SAME_PERSON, adds_first, "missing"),
    "a list replaced, its members not sent again": Mutant(REPLACED, replaced_without_its_members, "missing"),
}


IN_SWEEPS = ("a list replaced, its members not sent again",)
"""Those that only the sweeps have time for."""


def break_statement(name: str, *changes: tuple[str, str]) -> None:
    """Change a canonical statement's text. Raises `ValueError` where the text to be changed is not there."""
    text = statements.canonical(name)
    for old, new in changes:
        if old not in text:
            raise ValueError(f"{name} has no {old!r} any more")
        text = text.replace(old, new)
    known = statements.canonical
    statements.canonical = lambda other: text if other == name else known(other)  # type: ignore[assignment]
    statements.parsed.cache_clear()


def noticed(mutant: Mutant, yard: Yard) -> str:
    """The first violation that breaking the engine causes, or nothing. It stays broken."""
    mutant.breaks()
    return next((each for each in found_in(mutant.scenario, yard) if re.search(mutant.words, each)), "")


def found_in(scenario: Scenario, yard: Yard) -> Iterator[str]:
    """What goes wrong in a scenario: uncrashed, in the calm run instead of each turn, and killed at each request."""
    sweep = Sweep(scenario, yard)
    sweep.learn()
    for at, learned in enumerate(sweep.learned):
        yield from (f"turn {at + 1}: {each}" for each in learned.violations)
        yield from (f"instead of turn {at + 1}: {each}" for each in sweep.crash(at))
    yield from violations(sweep, [point for point in sweep.points() if sweep.boundary(point).endswith("users")])
