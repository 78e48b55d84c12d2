"""Warehouse tasks: the SQL half that a warehouse schedules by itself, and a run taking over what one prepared.

A task writes what changed since the newest baseline into `task_changes_<sync>`, and as its last act one row of
verdict into `task_marker_<sync>`. It holds no claim, and nothing of it can hurt: a run that finds anything amiss reads
the source itself, and planning is always against the mirror as it is then.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import sqlglot
from sqlglot import exp

from ..adapters import ColumnType
from ..errors import ConfigError, WarehouseError
from ..statements import Bound, passed
from .core import SNAPSHOT_COLUMNS, Ledger, Run
from .source import describe_source, with_source
from .steps import config_hash, oriented, suppressions
from .tables import TASK_TABLES

NOBODY = Run("task", 0, "task", "", "", "", (), None)
"""Stands where statements want a run: a task has none."""


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


# -- the script ----------------------------------------------------------------------------------------------------


def script(ledger: Ledger, fields: Sequence[str]) -> list[tuple[str, str]]:
    """(name, text) of a task's statements in order, without settings of its session. Needs the source described.

    `fields` are the mapped fields in the order of the snapshot's `filled` marks. Each statement may commit by itself,
    and the whole may be cut off anywhere and run again. Raises `ConfigError` where the warehouse has no such tasks.
    """
    run = replace(NOBODY, fields=tuple(fields), baseline_fields=tuple(fields), config_hash=config_hash(ledger))
    once = ledger.warehouse.dialect.rendering.reads_cte_once
    sources = [] if once else [_drop(ledger, "source_rows"), *_reading(ledger)[:-1]]
    return [
        ("task/marker_table", ledger.text("task/marker_table")),
        ("task/clear", ledger.text("task/clear")),
        ("task/begin", ledger.text("task/begin", run, **_begun(ledger))),
        _drop(ledger, "changes"),
        *sources,
        _reading(ledger)[-1],
        *([] if once else [_drop(ledger, "source_rows")]),
        ("run/prune_log", ledger.text("run/prune_log", before=_horizon(ledger))),
        ("task/judge", ledger.text("task/judge", run, **_limits(ledger), filled=_marks(ledger, fields))),
        ("task/blocked", ledger.text("task/blocked")),
        ("task/done", ledger.text("task/done")),
    ]


def _begun(ledger: Ledger) -> dict[str, Any]:
    scheduler = ledger.warehouse.dialect.task
    if scheduler is None:
        raise ConfigError(f"warehouse {ledger.warehouse.dialect.name} has no tasks: nothing there could schedule one")
    read = [column for column in ledger.source_types if column.name in (*ledger.shape.key, *ledger.shape.columns)]
    return {
        "statement_version": _version(ledger),
        "engine": sqlglot.parse_one(scheduler.engine, read=ledger.warehouse.dialect.rendering.dialect),
        "source_columns": json.dumps(read),
    }


def _reading(ledger: Ledger) -> list[tuple[str, str]]:
    """What a run reads the source with, on a task's tables and the baseline's view."""
    tables = ledger.tables
    bound: dict[str, Bound] = {kind: tables.table(tables.of_task(kind)) for kind in ("changes", "source_rows")}
    bound["baseline"] = _baseline(ledger)
    texts = [("run/changes", ledger.text("run/changes", NOBODY, tables=bound, fresh=False))]
    if not ledger.warehouse.dialect.rendering.reads_cte_once:
        texts.insert(0, ("run/source_rows", ledger.text("run/source_rows", NOBODY, tables=bound)))
    return texts


def _baseline(ledger: Ledger) -> exp.Select:
    columns: list[exp.Expr] = [exp.column(name) for name in SNAPSHOT_COLUMNS]
    columns += [exp.column(kept, quoted=True) for kept in ledger.shape.kept]
    rows = exp.select(*columns).from_(ledger.tables.table(ledger.tables.baseline_view))
    return ledger.warehouse.dialect.rendering.folded(rows)


def _version(ledger: Ledger) -> str:
    """A digest of the statements that read the source: what they are made of may not have changed."""
    text = "\n".join(sql for _, sql in _reading(ledger))
    return sha256(text.encode()).hexdigest()[:16]


def _drop(ledger: Ledger, kind: str) -> tuple[str, str]:
    name = ledger.tables.of_task(kind)
    return f"drop task_{kind}", ledger.drop_text(name)


def _horizon(ledger: Ledger) -> exp.Expr:
    days = ledger.sync.log_retention_days
    return sqlglot.parse_one(f"current_timestamp - interval '{days}' day", read="duckdb")


def _limits(ledger: Ledger) -> dict[str, Any]:
    """The guards that can be judged from the source's side; those of the plan are the run's."""
    limits, off = ledger.sync.guards, 10**15
    return {
        "empty_source": 0 if limits.empty_source else off,
        "null_keys_percent": off if limits.null_keys_percent is None else limits.null_keys_percent,
        "null_keys_rows": off if limits.null_keys_rows is None else limits.null_keys_rows,
        "sample_rows": limits.sample_rows,
        "field_collapse_points": off if limits.field_collapse_points is None else limits.field_collapse_points,
    }


def _marks(ledger: Ledger, fields: Sequence[str]) -> exp.Expr:
    """The marks of a changed row, as far as SQL can tell: `.` for null and for blank text, else `+`."""
    columns = {each.field: each.column for each in ledger.sync.mapping}
    marks = [_mark(ledger, columns[field]) for field in fields]
    whole = marks[0]
    for mark in marks[1:]:
        whole = exp.DPipe(this=whole, expression=mark, safe=True)
    return ledger.warehouse.dialect.rendering.folded(whole)


def _mark(ledger: Ledger, column: str | None) -> exp.Expr:
    given = exp.Literal.string("+")
    if column is None:
        return given
    names = [name.lower() for name in ledger.shape.columns]
    at = ledger.shape.columns.index(column) if column in ledger.shape.columns else names.index(column.lower())
    value = exp.column(passed(at), "c")
    kinds = {each.name: each.kind for each in ledger.source_types}
    empty: exp.Expr = exp.Is(this=value, expression=exp.Null())
    if kinds[ledger.shape.columns[at]] == "text":
        empty = exp.or_(empty, exp.EQ(this=exp.func("trim", value.copy()), expression=exp.Literal.string("")))
    return exp.Case().when(empty, exp.Literal.string(".")).else_(given)


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
    if marker.statement_version != _version(knowing) or not _typed_alike(knowing):
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
    described = ledger.bounded("describe", lambda: ledger.warehouse.describe(sql, "describe task_changes"))
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
        return False
    ledger.execute("run/prepared", run)
    ledger.execute("task/adopted", run, trigger=f"{trigger}+task")
    drop(ledger)
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
        drop(ledger)


def sweep(ledger: Ledger) -> None:
    """Drop what a task has left, unless one is at work."""
    _sweep(ledger, _markers(ledger) if ledger.tables.of_task("marker") in _left(ledger) else [])
