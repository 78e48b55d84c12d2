"""What a warehouse task has prepared: judged, told, and taken over by a run.

Nothing of a task can hurt: a run that finds anything amiss reads the source itself, and planning is always against the
mirror as it is then.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlglot import exp

from ..adapters import ColumnType
from ..errors import ConfigError, WarehouseBusy, WarehouseError
from ..statements import passed
from .core import Ledger, Run
from .source import describe_source, with_source
from .steps import config_hash, oriented, suppressions
from .tables import TASK_TABLES
from .task_script import NOBODY, version


class Marker(NamedTuple):
    """The row a task leaves, and `now`, the warehouse's clock when it was read."""

    started_at: datetime
    prepared_at: datetime | None
    baseline_run_id: str | None
    config_hash: str
    statement_version: str
    engine: str
    suppressions: int | None
    source_columns: str
    source_rows: int | None
    changed_rows: int | None
    changed_keys: int | None
    verdict: str
    now: datetime


@dataclass(frozen=True)
class Offer:
    """What a run may take over: a task's marker, and the ledger knowing the source's columns as that task did."""

    marker: Marker
    ledger: Ledger


@dataclass(frozen=True)
class Waiting:
    """What a task has left. `why` is why the next run will read the source itself; None where it takes this over."""

    verdict: str
    started_at: datetime | None
    prepared_at: datetime | None
    changed_keys: int | None
    why: str | None


# -- what waits ----------------------------------------------------------------------------------------------------


def _left(ledger: Ledger) -> set[str]:
    """The task's tables that are there."""
    return {ledger.tables.of_task(kind) for kind in TASK_TABLES} & ledger.listing()


def _markers(ledger: Ledger) -> list[Marker]:
    """The rows of the marker's table, none where it cannot be read: it may be another version's, or be locked."""
    try:
        return [Marker(*row) for row in ledger.query("task/marker")]
    except WarehouseError:
        return []


def waiting(ledger: Ledger) -> Waiting | None:
    """What a task has left for the next run, and whether that would take it over. Needs a sync that ran before."""
    if ledger.tables.of_task("marker") not in _left(ledger):
        return None
    markers = _markers(ledger)
    found = _judged(ledger, NOBODY, markers)
    why = found if isinstance(found, str) else None
    if len(markers) != 1:
        return Waiting("unfinished", None, None, None, why)
    marker = markers[0]
    return Waiting(marker.verdict, marker.started_at, marker.prepared_at, marker.changed_keys, why)


def offered(ledger: Ledger, run: Run) -> Offer | None:
    """What this run may take over, judged without a look at the source; None where it has to read that itself.

    What no run will ever take over goes now, or with the next run where a task is at work.
    """
    if not _left(ledger):
        return None
    if run.forget:
        drop(ledger)
        return None
    markers = _markers(ledger)
    found = _judged(ledger, run, markers) if run.key is None else "one key only"
    if isinstance(found, Offer):
        return found
    _sweep(ledger, markers)
    return None


def _judged(ledger: Ledger, run: Run, markers: Sequence[Marker]) -> Offer | str:
    """The offer, or why there is none."""
    if len(markers) != 1:
        return "the task is at work, or was interrupted"
    marker = markers[0]
    return _unusable(marker) or _outdated(ledger, marker) or _fitting(ledger, run, marker)


def _unusable(marker: Marker) -> str | None:
    if marker.verdict == "preparing":
        return f"the task is at work since {marker.started_at:%Y-%m-%d %H:%M} UTC, or was interrupted"
    if marker.verdict == "no_baseline":
        return "the task found no baseline: it works from the first settled run on"
    if marker.verdict == "baseline_moved":
        return "a run was settled while the task was at work"
    if marker.verdict != "ready":
        return f"the task's guard {marker.verdict} stopped it"
    return None


def _outdated(ledger: Ledger, marker: Marker) -> str | None:
    age = marker.now - (marker.prepared_at or marker.started_at)
    if age > timedelta(seconds=ledger.sync.task_max_age_seconds):
        return "it is older than task.max_age"
    if age < timedelta(0):
        return "its time is yet to come"
    known = ledger.known or ledger.remember()
    if known.baseline_run_id is None or marker.baseline_run_id != known.baseline_run_id:
        return "another run was settled since"
    if marker.config_hash != config_hash(ledger):
        return "the configuration changed since the task was compiled: wsync compile --task"
    if marker.engine != ledger.warehouse.engine:
        return "the task ran on another version of the warehouse"
    return None


def _fitting(ledger: Ledger, run: Run, marker: Marker) -> Offer | str:
    changed = "the task was compiled by another version, or for other columns: wsync compile --task"
    try:
        read = [ColumnType(*column) for column in json.loads(marker.source_columns)]
        knowing = with_source(ledger, read)
    except (ValueError, TypeError, ConfigError):
        return changed
    if marker.statement_version != version(knowing) or not _typed_alike(knowing):
        return changed
    begun = oriented(knowing, replace(run, suppressions=len(suppressions(ledger))))
    if begun.baseline is None or begun.fresh or set(begun.kept) != set(knowing.shape.kept):
        return "every row has to be prepared again"
    return Offer(marker, knowing)


def _typed_alike(ledger: Ledger) -> bool:
    """Whether the task's changes have the kinds of columns that it was compiled for."""
    name = ledger.tables.of_task("changes")
    if name not in ledger.listing():
        return False
    sql = exp.select("*").from_(ledger.tables.table(name)).sql(ledger.warehouse.dialect.rendering.dialect)
    try:
        described = ledger.describe(sql, "describe task_changes")
    except WarehouseError:
        return False
    there = {column.name.lower(): column.kind for column in described}
    kinds = {column.name: column.kind for column in ledger.source_types}
    expected = {passed(n): kinds[column] for n, column in enumerate(ledger.shape.columns)}
    if len(ledger.shape.key) == 1 and not ledger.shape.digest_key:
        expected["primary_key"] = kinds[ledger.shape.key[0]]
    return expected.items() <= there.items()


# -- taking over -----------------------------------------------------------------------------------------------------


def adopt(ledger: Ledger, run: Run, offer: Offer, *, trigger: str) -> bool:
    """Make the task's changes this run's own. False, and nothing of them kept, where that cannot be.

    The marker is read again after the copy: what one task wrote whole was copied whole when it still is the same row.
    """
    fits = run.baseline == offer.marker.baseline_run_id and not run.fresh and run.key is None
    if not fits or not _copied(ledger, run, offer.marker):
        _sweep(ledger, _markers(ledger))
        return False
    ledger.execute("run/prepared", run)
    ledger.execute("task/adopted", run, trigger=f"{trigger}+task")
    _drop_unless_busy(ledger)
    return True


def _copied(ledger: Ledger, run: Run, marker: Marker) -> bool:
    own = ledger.tables.of_run("changes", run.id)
    try:
        ledger.execute("task/adopt", run)
        same = [each._replace(now=marker.now) for each in _markers(ledger)] == [marker]
        if same and ledger.rows_of(own) == marker.changed_rows:
            return True
    except WarehouseError:
        pass  # a task that begins takes its table away, or locks it: that is no reason to stop
    ledger.drop(own)
    return False


def again(ledger: Ledger) -> Ledger:
    """The source described after all, for a run that began with a task's columns and could not keep its changes.

    Raises `WarehouseError` where they differ: what the run's row says of its key may be wrong.
    """
    found = describe_source(ledger)
    named = {column.name: column.kind for column in found.source_types}
    if found.shape != ledger.shape or any(named[each.name] != each.kind for each in ledger.source_types):
        raise WarehouseError("the source's columns changed; run again", statement="describe source", code="missing")
    return found


def drop(ledger: Ledger) -> None:
    """The task's tables go, those with the source's values first. A task at work fails then, and leaves no verdict."""
    left = _left(ledger)
    for name in map(ledger.tables.of_task, TASK_TABLES):
        if name in left:
            ledger.drop(name)


def _sweep(ledger: Ledger, markers: Sequence[Marker]) -> None:
    longest = timedelta(seconds=ledger.sync.task_max_age_seconds)
    if not any(each.verdict == "preparing" and each.now - each.started_at < longest for each in markers):
        _drop_unless_busy(ledger)


def _drop_unless_busy(ledger: Ledger) -> None:
    """A task whose one transaction holds its tables keeps them: what they had before is gone with its end."""
    with suppress(WarehouseBusy):
        drop(ledger)
