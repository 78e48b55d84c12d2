"""A run that dbt's last invocation stops: recorded in `runs`, nothing read and nothing sent."""

from __future__ import annotations

from dataclasses import replace

from .errors import Gated
from .ledger import settling, steps
from .ledger.core import Ledger, Run
from .model import Gate


def stopped(ledger: Ledger, run: Run, gate: Gate | None, *, trigger: str) -> Gated | None:
    """What stops this run, entered in `runs` as skipped; None where nothing does."""
    if gate is None:
        return None
    code, reason = gate.code, gate.reason
    if code is None and gate.once and _consumed(ledger, gate):
        code, reason = "dbt_results_consumed", "a run has sent what dbt's last invocation made already"
    if code is None:
        return None
    _record(ledger, run, code, trigger)
    return Gated(reason, code=code)


def _consumed(ledger: Ledger, gate: Gate) -> bool:
    return bool(ledger.query("run/consumed", dbt_invocation_id=gate.invocation_id)[0][0])


def _record(ledger: Ledger, run: Run, code: str, trigger: str) -> None:
    run = replace(run, config_hash=steps.config_hash(ledger), key_columns="[]", key_types="[]")
    steps.enter(ledger, run, trigger=trigger)
    settling.phase(ledger, run, "skipped", "skipped", error_code=code, finished=True)
