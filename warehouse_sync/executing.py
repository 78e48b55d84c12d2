"""Runs of syncs: each with a report, none stopping the next, several at once where that is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .config import Configuration
from .dbt.gate import gate
from .errors import ConfigError, Held, Stopped, WsyncError
from .ledger import reads
from .ledger.core import Ledger
from .model import Gate, Sync
from .opening import World, open_ledger, open_runner, stored_key
from .runner import Request, Result

ORDER = (1, 2, 3, 5, 4, 75, 6, 7)
"""Which exit code wins where several syncs end differently (design.md, section 4)."""

WAITING = ("planned", "blocked")

STOPPED_BY_DBT = ("run", "retry", "resync", "replace")
"""What the gate can stop; a plan that was approved, one key, or a person to forget are asked for by hand."""

Around = Callable[[], AbstractContextManager[World]]
"""What surrounds one run of several."""


@dataclass(frozen=True)
class Report:
    """How one sync fared. `error` is what ended it; anything but a `WsyncError` there is a fault of ours.

    `status` is the result's, or `failed`, `stopped`, `skipped` (disabled) or `not_started` (a signal came first).
    Of a plan: `plan` counts it by reason, `refused` and `notes` what will not travel, `sample` are some of its rows,
    masked. Of a run: `log` counts what was logged. `started_at` is UTC, `seconds` how long it took.
    """

    sync: str
    status: str
    exit_code: int = 0
    result: Result | None = None
    error: Exception | None = None
    plan: tuple[reads.PlanLine, ...] = ()
    refused: tuple[reads.Refused, ...] = ()
    notes: tuple[reads.Noted, ...] = ()
    sample: tuple[reads.Sampled, ...] = ()
    log: tuple[reads.LogCount, ...] = ()
    started_at: datetime | None = None
    seconds: float = 0.0

    @property
    def run_id(self) -> str | None:
        """The run's id in `runs` and in the log; None where no run came to its end."""
        return self.result.run_id if self.result else None

    @property
    def counts(self) -> Mapping[str, Any]:
        """The run's counts by the names of the columns of `runs`; empty where no run came to its end."""
        return self.result.counts if self.result else {}


def worst(codes: Iterable[int]) -> int:
    """The exit code of a command that ran several syncs."""
    found = set(codes)
    signals = [code for code in found if code > 128]
    return max(signals) if signals else next((code for code in ORDER if code in found), 0)


def run_each(
    syncs: Sequence[Sync],
    run: Callable[[Sync, World], Report],
    around: Around,
    *,
    threads: int = 1,
    told: Callable[[Report], None],
) -> tuple[Report, ...]:
    """Run syncs, up to `threads` at once; `told` hears of each as it ends, what is returned has the order of `syncs`.

    Each has a connection of its own. Those to one duckdb file share what this process has open.
    """

    def one(sync: Sync) -> Report:
        with around() as world:
            return run(sync, world)

    def heard(report: Report) -> Report:
        told(report)
        return report

    if threads <= 1 or len(syncs) <= 1:
        return tuple(heard(one(sync)) for sync in syncs)
    with ThreadPoolExecutor(threads, thread_name_prefix="sync") as pool:
        places = {pool.submit(one, sync): at for at, sync in enumerate(syncs)}
        ended = {places[each]: heard(each.result()) for each in as_completed(places)}
    return tuple(ended[at] for at in range(len(syncs)))


def run_or_skip(
    project: Configuration,
    sync: Sync,
    request: Request,
    world: World,
    *,
    sample: int = 0,
    as_logged: bool = False,
) -> Report:
    """Run one of several syncs, unless it is disabled, or a signal came before it."""
    stopped = world.stopping()
    if isinstance(stopped, Stopped):
        return Report(sync.name, "not_started", stopped.exit_code)
    if not sync.enabled:
        return Report(sync.name, "skipped")
    return run_one(project, sync, request, world, sample=sample, as_logged=as_logged)


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
    began, clock = datetime.fromtimestamp(world.ports.wall(), UTC), world.ports.clock()
    report = _run(project, sync, request, world, sample, as_logged=as_logged)
    report = replace(report, started_at=began, seconds=world.ports.clock() - clock)
    stopped = world.stopping()
    return replace(report, exit_code=stopped.exit_code) if isinstance(stopped, Stopped) else report


def _run(project: Configuration, sync: Sync, request: Request, world: World, sample: int, *, as_logged: bool) -> Report:
    try:
        with _alone(project.root, sync.name), open_runner(project, sync, world) as runner:
            if request.key is not None:
                request = replace(request, key=stored_key(runner.ledger, request.key, as_logged=as_logged))
            request, warnings = _gated(project, sync, request, world)
            result = runner.run(request)
            result = replace(result, warnings=(*result.warnings, *warnings))
            report = Report(sync.name, result.status, result.exit_code, result, result.error)
            return _detailed(report, runner.ledger, result, sample)
    except WsyncError as error:
        status = "stopped" if isinstance(error, Stopped) else "failed"
        return Report(sync.name, status, error.exit_code, error=error)
    except Exception as error:  # noqa: BLE001 - a fault of ours in one sync must not stop the next one
        return Report(sync.name, "failed", 1, error=error)


def _gated(project: Configuration, sync: Sync, request: Request, world: World) -> tuple[Request, tuple[str, ...]]:
    """The request with what dbt's artefacts say; of what is asked for by hand they only record the invocation."""
    if project.dbt is None or not request.gated:
        return request, ()
    found = gate(project.dbt, sync, world.ports.wall())
    if request.kind in STOPPED_BY_DBT:
        return replace(request, gate=found), ()
    told = f"a run would be skipped now: {found.reason}"
    return replace(request, gate=Gate(found.invocation_id)), (told,) if found.code and request.kind == "plan" else ()


@dataclass
class _Busy:
    """The syncs that this process runs, by project and name."""

    names: set[tuple[Path, str]] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


_BUSY = _Busy()


@contextmanager
def _alone(root: Path, name: str) -> Iterator[None]:
    """One run of a sync at a time in this process, where a claim on a duckdb file would not tell two apart."""
    entry = (root.resolve(), name)
    with _BUSY.lock:
        if entry in _BUSY.names:
            raise Held(f"another run of {name} is under way in this process; run it when that is over")
        _BUSY.names.add(entry)
    try:
        yield
    finally:
        with _BUSY.lock:
            _BUSY.names.discard(entry)


def _detailed(report: Report, ledger: Ledger, result: Result, sample: int) -> Report:
    if result.status not in WAITING:
        return replace(report, log=tuple(reads.log_counts(ledger, result.run_id)))
    rows = reads.plan_sample(ledger, result.run_id, sample) if sample else []
    return replace(
        report,
        plan=tuple(reads.plan_summary(ledger, result.run_id)),
        refused=tuple(reads.refused(ledger, result.run_id)),
        notes=tuple(reads.noted(ledger, result.run_id)),
        sample=tuple(row._replace(tokens=masked(row.tokens)) for row in rows),
    )


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
