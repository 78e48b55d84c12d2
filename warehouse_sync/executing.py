"""Runs of several syncs, one after another: each with a report, none stopping the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .config import Configuration
from .errors import ConfigError, Stopped, WsyncError
from .ledger import reads
from .ledger.core import Ledger
from .model import Sync
from .opening import World, open_ledger, open_runner, stored_key
from .runner import Request, Result

ORDER = (1, 2, 3, 5, 4, 75, 6, 7)
"""Which exit code wins where several syncs end differently (design.md, section 4)."""

WAITING = ("planned", "blocked")


@dataclass(frozen=True)
class Report:
    """How one sync fared. `error` is what ended it; anything but a `WsyncError` there is a fault of ours.

    `status` is the result's, or `failed`, `stopped`, `skipped` (disabled) or `not_started` (a signal came first).
    `details` are the lists a plan or a run can be told by: `plan`, `refused`, `notes`, `sample`, `log`.
    """

    sync: str
    status: str
    exit_code: int = 0
    result: Result | None = None
    error: Exception | None = None
    details: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def worst(codes: Iterable[int]) -> int:
    """The exit code of a command that ran several syncs."""
    found = set(codes)
    signals = [code for code in found if code > 128]
    return max(signals) if signals else next((code for code in ORDER if code in found), 0)


def run_or_skip(project: Configuration, sync: Sync, request: Request, world: World) -> Report:
    """Run one of several syncs, unless it is disabled, or a signal came before it."""
    stopped = world.stopping()
    if isinstance(stopped, Stopped):
        return Report(sync.name, "not_started", stopped.exit_code)
    if not sync.enabled:
        return Report(sync.name, "skipped")
    return run_one(project, sync, request, world)


def run_one(
    project: Configuration,
    sync: Sync,
    request: Request,
    world: World,
    *,
    sample: int = 0,
    as_logged: bool = False,
) -> Report:
    """Run one sync and say how it went; no exception leaves. A run that a signal met ends with the signal's code."""
    report = _run(project, sync, request, world, sample, as_logged=as_logged)
    stopped = world.stopping()
    return replace(report, exit_code=stopped.exit_code) if isinstance(stopped, Stopped) else report


def _run(project: Configuration, sync: Sync, request: Request, world: World, sample: int, *, as_logged: bool) -> Report:
    try:
        with open_runner(project, sync, world) as runner:
            if request.key is not None:
                request = replace(request, key=stored_key(runner.ledger, request.key, as_logged=as_logged))
            result = runner.run(request)
            details = _details(runner.ledger, result, sample)
    except WsyncError as error:
        status = "stopped" if isinstance(error, Stopped) else "failed"
        return Report(sync.name, status, error.exit_code, error=error)
    except Exception as error:  # noqa: BLE001 - a fault of ours in one sync must not stop the next one
        return Report(sync.name, "failed", 1, error=error)
    return Report(sync.name, result.status, result.exit_code, result, result.error, details)


def _details(ledger: Ledger, result: Result, sample: int) -> dict[str, Sequence[Any]]:
    if result.status not in WAITING:
        return {"log": reads.log_counts(ledger, result.run_id)}
    return {
        "plan": reads.plan_summary(ledger, result.run_id),
        "refused": reads.refused(ledger, result.run_id),
        "notes": reads.noted(ledger, result.run_id),
        "sample": [_masked_row(row) for row in reads.plan_sample(ledger, result.run_id, sample)] if sample else [],
    }


def _masked_row(row: reads.Sampled) -> reads.Sampled:
    return row._replace(tokens=masked(row.tokens))


def masked(tokens: Mapping[str, Any]) -> dict[str, str]:
    """Tokens as they may be shown: the first four characters of a hash, of anything else only that it is there."""
    return {name: _masked(value) for name, value in tokens.items()}


def _masked(value: object) -> str:
    is_hash = isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")
    return f"{str(value)[:4]}…" if is_hash else "(filled)"


def owner_of(project: Configuration, run_id: str) -> Sync:
    """The sync whose plan this is. Raises `ConfigError` where no sync of the project has such a run."""
    if not project.syncs:
        raise ConfigError("the project has no sync")
    with open_ledger(project, project.syncs[0]) as ledger:
        name = reads.owner(ledger, run_id)
    found = next((sync for sync in project.syncs if sync.name == name), None)
    if found is None:
        what = f"it belongs to sync {name}, which the project does not have" if name else "`wsync status` lists plans"
        raise ConfigError(f"no plan {run_id} waits here: {what}")
    return found
