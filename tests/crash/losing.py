"""What makes a lost answer harmless, broken on purpose one rule at a time; errors under weak rules must notice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.crash.losses import Losses
from tests.crash.mutants import break_statement
from tests.crash.places import Yard
from tests.crash.scenarios import SMALL
from tests.crash.weak import RULES
from warehouse_sync.errors import AlreadyExists
from warehouse_sync.ledger import core, settling
from warehouse_sync.ledger.core import Ledger


@dataclass(frozen=True)
class Losing:
    """A way to break the engine, the call whose answer is lost, and words of the violation it must cause."""

    breaks: Callable[[], None]
    call: str
    words: str


def a_load_is_simply_repeated() -> None:
    """Nobody looks whether the rows have arrived."""
    Ledger._arrived = lambda self, name, rows: False  # type: ignore[method-assign]


def every_insert_is_repeated() -> None:
    """No statement is one that a second try makes twice."""
    core.ONCE = ()  # type: ignore[assignment]


def a_table_already_there_is_a_stranger() -> None:
    """A second try does not know the table that the first one made."""
    execute = Ledger.execute

    def strict(self: Ledger, name: str, *given: Any, **named: Any) -> None:
        made = self.warehouse.execute

        def execute_once(sql: str, statement: str) -> None:
            try:
                made(sql, statement)
            except AlreadyExists as error:
                raise RuntimeError("a table is there already") from error

        self.warehouse.execute = execute_once  # type: ignore[method-assign]
        try:
            execute(self, name, *given, **named)
        finally:
            self.warehouse.execute = made  # type: ignore[method-assign]

    Ledger.execute = strict  # type: ignore[method-assign]


def its_own_claim_is_a_strangers() -> None:
    """A claim that a second try meets is always another run's."""
    execute = Ledger.execute

    def estranged(self: Ledger, name: str, *given: Any, **named: Any) -> None:
        try:
            execute(self, name, *given, **named)
        except AlreadyExists as error:
            error.code = "exists"
            raise

    Ledger.execute = estranged  # type: ignore[method-assign]


def the_log_is_written_again() -> None:
    """The log does not ask whether this run is in it."""
    condition = "and not exists (select 1 from sync_log as l where l.connection_id = $sync and l.sync_run_id = $run_id)"
    break_statement("settle/log", (condition, ""))


def nothing_is_tried_again() -> None:
    """One try, and no more."""
    core.tried = lambda ports, act, *, lost=True: act(0)  # type: ignore[assignment]


def a_transaction_is_trusted() -> None:
    """The mirror is settled within a transaction of several statements."""
    settle = settling.settle

    def trusting(ledger: Ledger, run: Any, **told: Any) -> None:
        ledger.warehouse.execute("begin", "begin")
        settle(ledger, run, **told)
        ledger.warehouse.execute("commit", "commit")

    settling.settle = trusting


def the_source_is_read_again() -> None:
    """What changed is taken from the source itself, not from the copy that was made of it."""
    break_statement("run/changes", ("as materialized", "as"))


LOSING = {
    "a load is simply repeated": Losing(a_load_is_simply_repeated, "load ", "another"),
    "the mirror's insert is repeated without its delete": Losing(
        every_insert_is_repeated, "settle/mirror_insert", "another mirror"
    ),
    "additions are repeated": Losing(every_insert_is_repeated, "run/additions", "another"),
    "a table already there is a stranger's": Losing(a_table_already_there_is_a_stranger, "run/snapshot", "Runtime"),
    "its own claim is a stranger's": Losing(its_own_claim_is_a_strangers, "run/claim$", "Held"),
    "the log is written again": Losing(the_log_is_written_again, "settle/log", "another log"),
    "nothing is tried again": Losing(nothing_is_tried_again, "run/wanted", "ended failed AnswerLost"),
    "a transaction is trusted": Losing(a_transaction_is_trusted, "settle/verdict", "transaction"),
    "the source is read again": Losing(the_source_is_read_again, "run/changes", "falsely logged|leaked|missing"),
}


def noticed_by_loss(losing: Losing, yard: Yard) -> str:
    """The first violation that breaking the engine causes, or nothing. It stays broken."""
    losing.breaks()
    return next((each for each in _found(losing, yard) if re.search(losing.words, each)), "")


def _found(losing: Losing, yard: Yard) -> Iterator[str]:
    """What goes wrong undisturbed, and when the answer to the call is lost after it took effect."""
    losses = Losses(SMALL, RULES[0], yard)
    try:
        losses.learn()
    except Exception as failed:
        yield str(failed).splitlines()[-1]
        return
    for learned in losses.sweep.learned:
        yield from learned.violations
    trials = [each for each in losses.trials() if each.story == "lost after"]
    yield from losses.violations(
        [each for each in trials if re.match(losing.call, losses.calls(each.at)[each.call - 1])]
    )
