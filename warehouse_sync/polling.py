"""What a run asks of the platform before it plans: verdicts still to come, and whether its list is whole."""

from __future__ import annotations

from .delivery import Wire
from .errors import Unavailable
from .ledger import steps, verdicts
from .ledger.claims import Lease
from .ledger.core import Ledger, Run
from .model import Later


def ask_again(wire: Wire, ledger: Ledger, run: Run, lease: Lease, warnings: list[str]) -> dict[str, int]:
    """Ask for the verdicts that are still to come; what cannot be asked now is asked in the next run.

    Returns how many identities were answered for (`answered_rows`), and how many still wait (`pending_rows`).
    """
    ask = wire.connector.poll
    if ask is None:
        return {}
    open_ = verdicts.unanswered(ledger)
    answers: dict[str, Later] = {}
    for reference in dict.fromkeys(each.reference for each in open_):
        lease.keep(wire.request_seconds)
        try:
            answers[reference] = ask(wire.api, wire.audience, reference)
        except Unavailable as error:
            warnings.append(f"verdicts could not be asked for: {error}")
            break
    verdicts.learn(ledger, run, answers)
    pending = Later("pending")
    waiting = sum(each.identities for each in open_ if answers.get(each.reference, pending).status == "pending")
    return {"answered_rows": sum(each.identities for each in open_) - waiting, "pending_rows": waiting}


def refill(wire: Wire, ledger: Ledger, run: Run, warnings: list[str]) -> None:
    """Where the platform's list has lost its members, none of them is certain: the plan adds them again."""
    if wire.connector.emptied is None or not wire.audience:
        return
    why = wire.connector.emptied(wire.api, wire.audience)
    if why is not None:
        warnings.append(why)
        steps.doubt_members(ledger, run)
