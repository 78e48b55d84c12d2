"""Every statement for BigQuery passes the real GoogleSQL analyzer, with the types that the tables before it have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlglot import exp

from tests import golden_case
from tests.emulators.googlesql import Judge
from tests.engine import a_sync
from warehouse_sync import adapters, statements
from warehouse_sync.adapters import ColumnType
from warehouse_sync.adapters.bigquery import placed
from warehouse_sync.ledger.core import Ledger, Run
from warehouse_sync.ledger.source import with_source
from warehouse_sync.model import Mapped, Ports, Source

PROJECT = "wsync-test-1"
TEXTS = {"email": "STRING", "phone": "STRING", "city": "STRING"}
MAPPING = tuple(Mapped(name.upper(), name) for name in TEXTS)
KINDS: dict[str, Any] = {"STRING": "text", "INT64": "integer", "DATE": "date", "BOOL": "boolean"}
RUN = replace(golden_case.RUN, kept=())


@dataclass(frozen=True)
class Case:
    """A sync's key columns with their types, and what else of it shapes the SQL."""

    keys: dict[str, str]
    snapshot: Any = "keys"
    digest_key: bool = False
    query: str | None = None


CASES = {
    "text key": Case({"id": "STRING"}),
    "integer key, rows kept": Case({"id": "INT64"}, snapshot="rows"),
    "composite key": Case({"Order": "STRING", "day": "DATE", "on": "BOOL"}),
    "digested key": Case({"id": "INT64"}, digest_key=True),
    "query": Case({"id": "STRING"}, query="select p.* from main.people as p where p.city = 'Ulm' -- only Ulm"),
}

OTHER: dict[str, Any] = {
    **{name: not value for name, value in golden_case.VALUES.items() if isinstance(value, bool)},
    **{name: "told" for name, value in golden_case.VALUES.items() if value is None},
    "baseline_run_id": None,
}
"""What the fixed case's values are not: the other truth, a text for a null, a null for a text that may be one."""
NARROWED = {"read/log": {"sync": None, "run_id": None, "status": None}, "read/runs": {"run_id": None}}


def ledger(case: Case) -> Ledger:
    warehouse: Any = golden_case.Nowhere(adapters.dialect("bigquery"))
    source = Source(query=case.query, label="q") if case.query else Source(("main", "people"), label="main.people")
    sync = replace(a_sync(snapshot=case.snapshot), source=source, primary_key=tuple(case.keys), mapping=MAPPING)
    made = Ledger(warehouse, "wsync", sync, Ports())
    made.shape = replace(made.shape, digest_key=case.digest_key)
    columns = [ColumnType(name, type_, KINDS[type_]) for name, type_ in {**case.keys, **TEXTS}.items()]
    return with_source(made, columns)


def text(made: Ledger, name: str, run: Run, values: dict[str, Any]) -> str:
    """One statement as it is sent; the statements about any state table or any table are told of some."""
    tables: dict[str, exp.Table] = {
        **{each: made.tables.table("runs") for each in ("renamed", "abandoned", "counted")},
        "sized": made.tables.table(made.tables.mirror),
        "original": made.tables.table(made.tables.mirror),
        "copied": made.tables.table(f"copied_{run.id}"),
    }
    return placed(made.text(name, run, tables=tables, **{**golden_case.VALUES, **values}), PROJECT)


def rendered(made: Ledger) -> Iterator[str]:
    """Everything that two runs can send, the first without a baseline, the second with that of the first."""
    first = replace(RUN, id=str(RUN.baseline), baseline=None)
    changes = {"changes": made.tables.table(f"task_changes_{made.tables.token}")}
    for run, values in ((first, {}), (RUN, {}), (replace(RUN, key="42"), OTHER)):
        yield made.text("run/changes", run, tables=changes, **{**golden_case.VALUES, **values})
        for name in statements.names():
            yield text(made, name, run, {**values, **(NARROWED.get(name, {}) if values else {})})
    for kind in ("TABLE", "VIEW"):
        yield f"DROP {kind} IF EXISTS `wsync`.`gone`"
    yield "CREATE SCHEMA IF NOT EXISTS `wsync`"


def judged(judge: Judge, told: Iterator[str]) -> tuple[int, list[str]]:
    """How many statements there were, and what was said against any. What creates comes first, whatever it reads."""
    unique = dict.fromkeys(told)
    creating = [sql for sql in unique if sql.startswith("CREATE")]
    left = list(creating)
    while left:
        refused = [sql for sql in left if said(judge, sql)]
        if len(refused) == len(left):
            break
        left = refused
    others = [sql for sql in unique if not sql.startswith("CREATE")]
    return len(unique), [*(said(judge, sql) for sql in left), *filter(None, (said(judge, sql) for sql in others))]


def said(judge: Judge, sql: str) -> str:
    try:
        judge(sql)
    except AssertionError as error:
        return str(error)
    return ""


def analyzed(case: Case) -> tuple[int, list[str]]:
    """How many statements this case can send, and what the analyzer said against any."""
    judge = Judge(PROJECT)
    columns = ", ".join(f"`{column}` {type_}" for column, type_ in {**case.keys, **TEXTS}.items())
    judge(f"CREATE TABLE main.people ({columns})")
    return judged(judge, rendered(ledger(case)))


def verdict(name: str = "integer key, rows kept") -> str:
    """One case's verdict in a line."""
    sent, refused = analyzed(CASES[name])
    return f"{sent} statements, {sent - len(refused)} accepted by the GoogleSQL analyzer"


RARER = ("composite key", "digested key")
"""Cases that the sweeps try."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.sweep) if name in RARER else name for name in CASES]
)
def test_the_analyzer_accepts_every_statement(name: str, record_property: Any) -> None:
    sent, refused = analyzed(CASES[name])
    line = f"bigquery ({name}): {sent} statements, {sent - len(refused)} accepted by the GoogleSQL analyzer"
    record_property("warehouse", line)
    print(line)
    assert refused == []
    assert sent > len(statements.names())


MISTAKES = {
    "a table that is not there": "select 1 as one from wsync.nowhere",
    "a change without a WHERE": "delete from wsync.t",
    "a comparison with a bare null": "select 1 as one from wsync.t where name = null",
    "text for a number": "insert into wsync.t (n) select 'one' from (select 1 as one)",
    "an integer for a null text": "insert into wsync.t (name) select x from (select null as x)",
    "a time without a zone": "select 1 as one from wsync.t where seen < datetime '2026-11-22 00:00:00'",
    "a function of another engine": "select list_sort([1, 2]) as one",
    "a clustered digest": "create table wsync.c (d bytes) cluster by d",
}


@pytest.mark.parametrize("sql", MISTAKES.values(), ids=MISTAKES.keys())
def test_the_judge_refuses_what_bigquery_would(sql: str) -> None:
    judge = Judge(PROJECT)
    judge("create table wsync.t (n int64, name string, seen timestamp)")
    assert said(judge, sql)
