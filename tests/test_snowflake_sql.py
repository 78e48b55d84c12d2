"""What Snowflake's SQL must be and fakesnow cannot tell, for duckdb forgives it: case, types, kinds of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlglot
from sqlglot import exp

from tests.golden_case import COLUMNS, rendered
from warehouse_sync import statements

SOURCE = {"main", "people"} | {column.name for column in COLUMNS}
"""Names of the source, which stand as they were found."""
OURS = [name for name in statements.names() if not name.startswith("task/")]


@pytest.mark.parametrize("name", OURS)
def test_every_name_but_the_sources_is_spelled_in_capitals(name: str) -> None:
    tree = sqlglot.parse_one(rendered(name, "snowflake"), read="snowflake")
    names = {identifier.name for identifier in tree.find_all(exp.Identifier)}
    assert {each for each in names if each != each.upper()} <= SOURCE


MADE = [name for name in OURS if rendered(name, "snowflake").startswith("CREATE") and " VIEW " not in name]


@pytest.mark.parametrize("name", MADE)
def test_tables_of_a_run_are_transient_without_history_and_state_tables_are_permanent(name: str) -> None:
    text = rendered(name, "snowflake")
    if text.startswith("CREATE VIEW"):
        return
    transient = text.startswith("CREATE TRANSIENT TABLE") and "DATA_RETENTION_TIME_IN_DAYS=0" in text
    assert transient == name.startswith(("run/", "settle/"))


@pytest.mark.parametrize("name", OURS)
def test_digests_are_sixteen_bytes_and_never_cast_to_text(name: str) -> None:
    text = rendered(name, "snowflake")
    assert not re.search(r"\bUUID\b", text)
    assert not re.search(r'CAST\("\w"."(IDENTITY|TOKEN|PAYLOAD|PAGE_GROUP)" AS VARCHAR', text)


@pytest.mark.parametrize("name", OURS)
def test_no_common_table_expression_is_marked_materialized(name: str) -> None:
    assert "MATERIALIZED" not in rendered(name, "snowflake")


@pytest.mark.parametrize("name", OURS)
def test_subqueries_stand_where_snowflake_takes_them(name: str) -> None:
    """EXISTS and IN in a WHERE; what looks outwards not under OR or CASE, and any other without looking outwards.

    docs.snowflake.com/en/user-guide/querying-subqueries, read 2026-11-22; the rest is "Unsupported subquery type".
    """
    tree = sqlglot.parse_one(rendered(name, "snowflake"), read="snowflake")
    for asked in tree.find_all(exp.Exists, exp.In, exp.Subquery):
        inner = asked.find(exp.Select)
        if inner is None or isinstance(asked.parent, exp.From | exp.Join | exp.In):
            continue
        above = list(ancestors(asked))
        if isinstance(asked, exp.Exists | exp.In):
            assert exp.Where in above or exp.Select not in above
        if outward(inner):
            assert isinstance(asked, exp.Exists)
            assert exp.Or not in above[: above.index(exp.Where)]


def ancestors(node: exp.Expr) -> Iterator[type[exp.Expr]]:
    """The kinds of nodes around this one, from the inside out, up to the statement's part it belongs to."""
    while node.parent is not None and not isinstance(node, exp.Where):
        node = node.parent
        yield type(node)


def outward(inner: exp.Expr) -> bool:
    """Whether it uses a column of a table that it does not read itself."""
    own = {each.alias_or_name for each in inner.find_all(exp.Table, exp.Subquery)}
    return any(column.table and column.table not in own for column in inner.find_all(exp.Column))
