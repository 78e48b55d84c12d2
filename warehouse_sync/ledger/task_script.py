"""A warehouse task's script: the SQL half of a run, which a warehouse schedules by itself.

It writes what changed since the newest baseline into `task_changes_<sync>`, and as its last act one row of verdict
into `task_marker_<sync>`. It holds no claim, knows no run, and touches no run's tables.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import sqlglot
from sqlglot import exp

from ..errors import ConfigError
from ..statements import Bound, passed
from .core import SNAPSHOT_COLUMNS, Ledger, Run
from .steps import config_hash

NOBODY = Run("task", 0, "task", "", "", "", (), None)
"""Stands where statements want a run: a task has none."""


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
        "statement_version": version(ledger),
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


def version(ledger: Ledger) -> str:
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
