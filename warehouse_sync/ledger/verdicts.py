"""Verdicts that come later: what the platform accepted is asked for again, and mirror and log learn the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, get_args

from ..model import Answer, Later
from .core import Ledger, Run


class Unanswered(NamedTuple):
    """A request whose verdict is still to come. `state`: `accepted` (it adds) or `leaving` (it removes)."""

    reference: str
    state: str
    identities: int


def unanswered(ledger: Ledger) -> list[Unanswered]:
    """The requests whose verdict is still to come."""
    return [Unanswered(*row) for row in ledger.query("poll/references")]


def learn(ledger: Ledger, run: Run, answers: Mapping[str, Later]) -> None:
    """Bring log and mirror up to these answers, by reference. Repeatable as a whole; pending ones change nothing."""
    come = {reference: each for reference, each in answers.items() if each.status != "pending"}
    if not come:
        return
    ledger.drop(ledger.tables.of_run("polled", run.id))
    ledger.execute("poll/polled", run)
    ledger.load("polled", run, ("reference", *Later._fields), [(reference, *each) for reference, each in come.items()])
    ledger.execute("poll/log", run)
    ledger.execute("poll/expect", run)
    ledger.execute("poll/gone", run)
    for status in get_args(Answer):
        if any(each.status == status for each in come.values()):
            ledger.execute("poll/known", run, status=status)
    ledger.drop(ledger.tables.of_run("polled", run.id))
