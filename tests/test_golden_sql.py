"""The SQL that each warehouse gets, kept as text for review; `WSYNC_GOLDEN=write pytest tests/test_golden_sql.py`."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from tests.golden_case import rendered
from warehouse_sync import adapters, statements

GOLDEN = Path(__file__).parent / "golden" / "sql"
CASES = [(dialect, name) for dialect in adapters.BUILT_IN for name in statements.names()]


@pytest.mark.parametrize(("dialect", "name"), CASES)
def test_what_is_rendered_is_what_was_reviewed(dialect: str, name: str) -> None:
    path = GOLDEN / dialect / f"{name}.sql"
    text = rendered(name, dialect)
    if os.environ.get("WSYNC_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_no_golden_file_is_left_of_a_statement_that_is_gone() -> None:
    kept = {str(path.relative_to(GOLDEN)) for path in GOLDEN.rglob("*.sql")}
    assert kept == {f"{dialect}/{name}.sql" for dialect, name in CASES}


TRAPS = {
    "MERGE": r"\bMERGE\b",
    "CONCAT_WS": r"\bCONCAT_WS\b",
    "TRY_CAST": r"\bTRY_CAST\b",
    "CREATE OR REPLACE TABLE": r"\bOR REPLACE TABLE\b",
    "temporary tables": r"\bTEMP(ORARY)?\b",
    "RENAME": r"\bRENAME\b",
    "QUALIFY": r"\bQUALIFY\b",
    "DELETE USING": r"\bUSING\b",
    "information_schema": r"\bINFORMATION_SCHEMA\b",
    "hex digests joined as text": r"\bMD5\b",
}


ZONELESS = {"bigquery": r"\bDATETIME\b"}
"""A clock without a zone, where its word is another than TIMESTAMP (which has one in BigQuery)."""


@pytest.mark.parametrize(("dialect", "name"), CASES)
def test_none_of_the_known_traps_is_in_it(dialect: str, name: str) -> None:
    text = rendered(name, dialect).upper()
    traps = {**TRAPS, "a clock without a zone": ZONELESS.get(dialect, r"\bTIMESTAMP\b(?! WITH TIME ZONE)")}
    assert [trap for trap, pattern in traps.items() if re.search(pattern, text)] == []


@pytest.mark.parametrize("name", statements.names())
def test_a_statement_that_changes_rows_says_which_and_reads_from_somewhere(name: str) -> None:
    tree = statements.parsed(name)
    for changing in tree.find_all(exp.Delete, exp.Update):
        assert changing.args.get("where") is not None
        assert not changing.args.get("using") and not changing.args.get("from_")
    for select in tree.find_all(exp.Select):
        assert select.args.get("from_") is not None or select.sql() == "SELECT 1 AS one"


@pytest.mark.parametrize("name", statements.names())
def test_a_canonical_file_is_one_short_statement_with_a_header(name: str) -> None:
    lines = statements.canonical(name).splitlines()
    header = [line for line in lines if line.startswith("--")]
    assert len(lines) <= 60
    assert 2 <= len(header) <= 4
    assert any("reads:" in line and "writes:" in line for line in header)
    assert len(sqlglot.parse(statements.canonical(name), read="duckdb")) == 1


def test_a_plan_is_a_few_statements() -> None:
    assert {"run/wanted", "run/leaving", "run/removals", "run/additions", "run/plan"} <= set(statements.names())


def test_the_source_is_copied_by_what_changes_would_read_it_with() -> None:
    (cte,) = [cte for cte in statements.parsed("run/changes").find_all(exp.CTE) if cte.args.get("materialized")]
    copy = statements.parsed("run/source_rows")
    assert (cte.alias, cte.this) == (copy.this.name, copy.expression)
