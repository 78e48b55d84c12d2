"""The steps after the plan: sending's phase, outcomes, settle, recovery, approval, pruning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ..errors import AlreadyExists, AudienceRefused, WarehouseError
from ..model import Outcome
from .core import Ledger, Run
from .tables import RUN_TABLES

BATCH = 10_000


def phase(ledger: Ledger, run: Run, name: str, status: str, **facts: Any) -> None:
    """Write a run's phase; without effect unless this run's fence is the newest."""
    told = {"error_code": None, "guard_verdict": None, "finished": False, **facts}
    ledger.execute("run/phase", run, phase=name, status=status, **told)


def pages(ledger: Ledger, run: Run) -> Iterator[list[tuple[Any, ...]]]:
    """The plan's requests: (page, step, action, seq, tokens, left out), ordered, in lists."""
    return ledger.stream("run/pages", run, BATCH)


def record(ledger: Ledger, run: Run, outcomes: Sequence[Outcome]) -> None:
    """Append outcomes."""
    if outcomes:
        ledger.load("outcome", run, Outcome._fields, outcomes)


def settle(ledger: Ledger, run: Run, *, missing: str, status: str = "settled", error_code: str | None = None) -> None:
    """Bring mirror, baseline, log and counts up to what is known of every plan row. Repeatable as a whole.

    `missing` is what a page without any outcome is: `aborted` in a living run, `in_doubt` in recovery.
    """
    tables = ledger.tables
    ledger.drop(tables.of_run("verdict", run.id))
    ledger.execute("settle/verdict", run, missing=missing)

    def mirror(_attempt: int) -> None:
        ledger.execute("settle/mirror_delete", run)
        ledger.execute("settle/mirror_insert", run, normalizer_version=ledger.normalizer_version)

    ledger.repeated(mirror)
    # Gone before the pointer moves and back after it: a task that finds the view there finds the pointer's baseline.
    _drop_unless_needed(ledger, tables.baseline_view, "view")
    ledger.execute("settle/baseline_pointer", run)
    _tell(ledger, run)
    ledger.execute("settle/finish", run, status=status, error_code=error_code)


def _tell(ledger: Ledger, run: Run) -> None:
    """Log and baseline view; a lost snapshot costs them, never the settling: what was sent is in the mirror."""
    tables, there = ledger.tables, ledger.listing()
    if tables.of_run("snapshot", run.id) not in there:
        return
    if run.baseline is not None and tables.of_run("snapshot", run.baseline) not in there:
        run = replace(run, baseline=run.id)
    ledger.execute("settle/log", run, retain=ledger.sync.retain_logs)
    try:
        ledger.execute("settle/baseline_view", run)
    except WarehouseError as error:
        if not isinstance(error, AlreadyExists) and error.code != NEEDED:
            raise
        ledger.notes.append(f"view {tables.baseline_view} shows an older baseline: drop what is built on it")


NEEDED = "needed"
"""The code of a warehouse's refusal to drop or change what something else is built on, such as a user's own view."""


def _drop_unless_needed(ledger: Ledger, name: str, kind: str = "table") -> None:
    """Drop, unless somebody built something on it: then it stays, for the next run to drop, and stops no run."""
    try:
        ledger.drop(name, kind)
    except WarehouseError as error:
        if error.code != NEEDED:
            raise


def stored(ledger: Ledger, run_id: str, fence: int) -> Run | None:
    """A run as it was begun, to settle or apply it under this fence."""
    row = ledger.run_row(run_id)
    if row is None:
        return None
    return Run(
        id=run_id,
        fence=fence,
        kind=row.kind,
        config_hash=row.config_hash,
        key_columns=row.key_columns,
        key_types=row.key_types,
        fields=tuple(json.loads(row.fields)),
        baseline=row.baseline_run_id,
        suppressions=row.suppressions,
    )


def recover(ledger: Ledger, run: Run) -> list[str]:
    """Settle what earlier runs sent and did not settle, oldest first; drop what never got that far.

    Returns the ids of the runs that were settled. Plans that wait for approval stay.
    """
    settled = []
    for run_id, phase_, *_ in ledger.query("run/open_runs"):
        if run_id == run.id and phase_ != "sending":
            continue  # the plan to apply; if it was sent before, it is settled like any other
        before = stored(ledger, run_id, run.fence)
        assert before is not None  # noqa: S101 - it was listed a statement ago
        if phase_ == "sending":
            settle(ledger, before, missing="in_doubt", status="recovered", error_code="interrupted")
            settled.append(run_id)
        elif phase_ == "claimed":
            _drop_raw(ledger, run_id)
            phase(ledger, before, "dropped", "failed", error_code="interrupted", finished=True)
        else:
            _drop_raw(ledger, run_id)
    return settled


def _drop_raw(ledger: Ledger, run_id: str) -> None:
    """The tables of a run that hold raw mapped values."""
    ledger.drop(ledger.tables.of_run("changes", run_id))
    if not ledger.warehouse.dialect.rendering.reads_cte_once:
        ledger.drop(ledger.tables.of_run("source_rows", run_id))


def drop_plans(ledger: Ledger, run: Run) -> None:
    """A newer plan takes the place of those that wait for approval."""
    for run_id, phase_, *_ in ledger.query("run/open_runs"):
        if run_id != run.id and phase_ in ("planned", "blocked"):
            before = stored(ledger, run_id, run.fence)
            assert before is not None  # noqa: S101
            phase(ledger, before, "dropped", "dropped", finished=True)


def approved(ledger: Ledger, run: Run, config: str, suppressions: int) -> Run:
    """The stored plan that `run` names, if it still is exactly what would be sent. Raises `AudienceRefused`."""
    plan = stored(ledger, run.id, run.fence)
    row = ledger.run_row(run.id)
    phase_ = row.phase if row else "unknown"
    if plan is None or row is None or phase_ not in ("planned", "blocked"):
        raise AudienceRefused(f"run {run.id} has no plan that waits to be sent (it is {phase_}); plan again")
    if row.status == "running":
        raise AudienceRefused(f"run {run.id} ended before its guards judged the plan; plan again")
    newest = max((fence for _, fence in ledger.query("run/settled_runs")), default=0)
    fits = {
        "the configuration changed": plan.config_hash == config and row.mode == ledger.sync.mode,
        "another run was settled": newest < row.fence,
        "somebody was forgotten": plan.suppressions == suppressions,
    }
    changed = [why for why, same in fits.items() if not same]
    if changed:
        raise AudienceRefused(f"since run {run.id} was planned, {' and '.join(changed)}; plan again and approve that")
    return plan


def prune(ledger: Ledger, run: Run) -> None:
    """Retention: old log rows, snapshots beyond the number kept, tables of runs that are over, old claims."""
    now = ledger.query("run/clock")[0][0]
    ledger.execute("run/prune_log", run, before=now - timedelta(days=ledger.sync.log_retention_days))
    settled = [run_id for run_id, _ in ledger.query("run/settled_runs", run)]
    still_open = {row[0] for row in ledger.query("run/open_runs", run)}
    kept = {*settled[: ledger.sync.snapshots], *still_open}
    there = sorted(ledger.listing())
    for name in there:
        found = ledger.tables.run_of(name)
        if found and _is_over(*found, still_open=still_open, kept=kept):
            _drop_unless_needed(ledger, name)
    fences = sorted((f for f in map(ledger.tables.fence_of, there) if f is not None), reverse=True)
    for fence in fences[2:]:
        ledger.drop(ledger.tables.claim(fence))


def _is_over(kind: str, run_id: str, *, still_open: set[str], kept: set[str]) -> bool:
    return run_id not in kept if kind == "snapshot" else kind in RUN_TABLES and run_id not in still_open


def counts(ledger: Ledger, run: Run) -> dict[str, Any]:
    """The run's row in `runs`, by column name."""
    names = [column.name for column in ledger.columns_of_runs()]
    rows = ledger.query("read/runs", run, rows=1)
    return dict(zip(names, rows[0], strict=True)) if rows else {}


def refused_again(ledger: Ledger, run: Run, error_code: str) -> int:
    """How many removals of a settled run were refused as they had been before. Needs its tables, not yet pruned."""
    return int(ledger.query("read/refused_again", run, refusal=error_code)[0][0])


def requested_rows(ledger: Ledger, run: Run) -> int:
    """How many rows of the plan travel in requests."""
    return int(sum(row[3] for row in ledger.query("read/plan_summary", run) if row[4]))


def page_warnings(ledger: Ledger, run: Run) -> list[tuple[int, int, int]]:
    """(page, received, invalid) where the platform called entries of a page invalid."""
    return [(page, received or 0, invalid) for page, received, invalid in ledger.query("read/page_warnings", run)]
