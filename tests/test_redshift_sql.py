"""What Redshift's statements are made of, against what AWS documents (docs.aws.amazon.com/redshift/latest/dg)."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import duckdb
import psycopg
import pytest
import sqlglot
from sqlglot import exp

from tests.emulators.redshift_shims import for_postgres
from tests.golden_case import rendered
from tests.places import Place
from tests.places.redshift import place as fresh
from warehouse_sync import statements
from warehouse_sync.adapters import Warehouse
from warehouse_sync.adapters.redshift_sql import DIALECT, TEXT, rewrite
from warehouse_sync.statements import Shape, key

NAMES = statements.names()


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Place:
    return fresh(request)


@pytest.fixture
def warehouse(place: Place) -> Iterator[Warehouse]:
    opened = place.open()
    yield opened
    opened.close()


def text(name: str) -> str:
    """A statement for the case of the golden files, whose columns have duckdb's types."""
    return rendered(name, "redshift").replace("CAST(NULL AS VARCHAR)", f"CAST(NULL AS {TEXT.upper()})")


def tree(name: str) -> exp.Expr:
    return sqlglot.parse_one(text(name), read="redshift")


# -- every statement ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_no_statement_has_a_word_that_redshift_refuses(name: str) -> None:
    for_postgres(text(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_select_asks_by_joins_whether_a_value_is_among_others(name: str) -> None:
    """In DELETE and UPDATE it asks by IN, as AWS's examples do (r_DELETE, c_Examples_of_UPDATE_statements)."""
    asked = [node for node in tree(name).find_all(exp.In) if node.args.get("query")]
    assert [node for node in asked if node.parent_select or not node.find_ancestor(exp.Delete, exp.Update)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_subquery_speaks_only_of_the_query_that_holds_it(name: str) -> None:
    """Correlation that skips a level is refused (r_correlated_subqueries)."""
    for exists in tree(name).find_all(exp.Exists):
        inner = exists.this
        assert inner.find(exp.Exists, exp.Window, exp.AggFunc) is None
        own = {table.alias_or_name for table in inner.find_all(exp.Table)}
        outer = {column.table for column in inner.find_all(exp.Column)} - own
        holder = exists.parent_select or exists.find_ancestor(exp.Delete, exp.Update)
        near = {source.alias_or_name for source in holder.find_all(exp.Table, exp.Subquery)}
        assert outer <= near
        assert isinstance(exists.find_ancestor(exp.Where, exp.Join), exp.Where)


@pytest.mark.parametrize("name", NAMES)
def test_a_literal_that_becomes_a_column_has_a_type(name: str) -> None:
    for select in tree(name).find_all(exp.Select):
        into = select.find_ancestor(exp.Insert)
        if into is None or select is not into.expression:
            assert [each for each in select.expressions if each.unalias().is_string] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_column_is_as_narrow_as_redshifts_text(name: str) -> None:
    for type_ in tree(name).find_all(exp.DataType):
        if type_.is_type("varchar", "char"):
            assert type_.expressions


def test_the_mirror_lies_and_is_sorted_by_identity() -> None:
    text = rendered("state/mirror", "redshift")
    assert '"identity" CHAR(32) NOT NULL' in text
    assert text.endswith('DISTSTYLE KEY\nDISTKEY("identity")\nSORTKEY("identity")\n')


def test_the_clock_has_a_zone_and_fractions() -> None:
    assert 'CAST(SYSDATE AS TIMESTAMP WITH TIME ZONE) AS "heartbeat_at"' in rendered("run/claim", "redshift")


# -- what the mends mean, run on PostgreSQL ----------------------------------------------------------------------------


def mended(plain: str) -> str:
    return rewrite(sqlglot.parse_one(plain, read="duckdb"), "test").sql("redshift")


ANY = "(select 1 as a, 1 as b union all select 1, 2 union all select null, 1 union all select null, null)"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (f"select count(*) as n from {ANY} as t where t.a is distinct from t.b", 2),
        (f"select count(*) as n from {ANY} as t where t.a in (select b from {ANY} as s)", 2),
        (f"select count(*) as n from {ANY} as t where t.b = 2 or t.a in (select b from {ANY} as s where b = 1)", 2),
        (f"select count(*) as n from {ANY} as t where t.a not in (select b from {ANY} as s where b = 2)", 2),
        (f"select max(n) as n from (select sum(b) over (order by b, a) as n from {ANY} as t where b > 0) as u", 4),
    ],
)
def test_a_mended_question_has_the_answer_of_the_plain_one(warehouse: Warehouse, asked: str, found: int) -> None:
    plain = asked.replace("t.a not in", "t.a is not null and t.a not in")
    assert int(warehouse.query(mended(plain), "test")[0][0]) == found
    assert duckdb.sql(plain).fetchall() == [(found,)]


def fingerprints(warehouse: Warehouse, *rows: str) -> list[Any]:
    columns = [exp.column(name) for name in ("a", "b", "c")]
    told = DIALECT.rendering.fingerprint(columns).sql("redshift")
    return [warehouse.query(f"SELECT {told} FROM (SELECT {row}) AS t", "test")[0][0] for row in rows]


def row(a: str | None, b: str | None, c: str = "TRUE") -> str:
    told = [f"CAST({'NULL' if v is None else repr(v)} AS VARCHAR(20)) AS {n}" for n, v in (("a", a), ("b", b))]
    return f"{', '.join(told)}, CAST({c} AS BOOLEAN) AS c"


def test_a_fingerprint_tells_apart_null_empty_and_every_split_of_a_text(warehouse: Warehouse) -> None:
    rows = [row(a, b) for a, b in ((None, None), ("", ""), ("", None), (None, ""), ("ab", "c"), ("a", "bc"))]
    rows += [row("abc", ""), row("", "abc"), row("c", "ab"), row("ab ", "c"), row("ab", "c", "FALSE")]
    rows += [row("ab", "c", "NULL")]
    found = fingerprints(warehouse, *rows)
    assert len(set(found)) == len(rows)
    assert None not in found
    assert fingerprints(warehouse, *rows) == found


def fnv1a(data: bytes, seed: int = 0xCBF29CE484222325) -> int:
    for byte in data:
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    return seed


def test_chaining_alone_would_confuse_splits() -> None:
    """Why columns are hashed one by one first: AWS's own example, fnv_hash('cd', fnv_hash('ab')) = fnv_hash('abcd')."""
    signed = fnv1a(b"cd", fnv1a(b"ab")) - 2**64
    assert signed == fnv1a(b"abcd") - 2**64 == -281581062704388899


def test_a_boolean_key_is_spelled_as_everywhere(warehouse: Warehouse) -> None:
    shape = Shape(key=("a", "b"), booleans=("b",))
    told = key(shape, DIALECT.rendering)
    made = rewrite(exp.select(exp.alias_(told, "k")).from_("t"), "test").sql("redshift")
    assert 'CAST("b" AS' not in made
    rows = "(SELECT CAST('x' AS VARCHAR(9)) AS a, TRUE AS b UNION ALL SELECT 'y', FALSE UNION ALL SELECT 'z', NULL)"
    found = warehouse.query(made.replace("FROM t", f"FROM {rows} AS t"), "test")
    assert [k for (k,) in found] == ['["x", "true"]', '["y", "false"]', None]


def test_a_digest_of_a_text_is_sha256_in_hex(warehouse: Warehouse) -> None:
    told = DIALECT.rendering.digest(exp.Literal.string("Łódź\\'")).sql("redshift")
    expected = sha256("Łódź\\'".encode()).hexdigest()
    assert warehouse.query(f"SELECT {told}", "test") == [(expected,)]


# -- the shims ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 IS DISTINCT FROM 2",
        "SELECT CURRENT_TIMESTAMP",
        "SELECT SUM(a) OVER (ORDER BY a) FROM t",
        "SELECT CAST(a AS TEXT) FROM t",
        "SELECT CAST(a AS VARCHAR) FROM t",
        "SELECT CAST(a AS UUID) FROM t",
        "TRUNCATE t",
        r"SELECT E'\\'",
    ],
)
def test_the_shims_refuse_what_redshift_would(warehouse: Warehouse, sql: str) -> None:
    with pytest.raises(psycopg.errors.FeatureNotSupported):
        for_postgres(sql)


def test_the_shims_leave_literals_and_names_alone() -> None:
    kept = "SELECT 'SYSDATE it\\'s ''TEXT''' AS \"SYSDATE\", \"a\"\"UUID\" FROM t"
    assert for_postgres(kept) == kept
    assert for_postgres("SELECT SYSDATE, 'SYSDATE'") == "SELECT LOCALTIMESTAMP, 'SYSDATE'"
    placed = 'CREATE TABLE "t"\nDISTSTYLE KEY\nDISTKEY("a") SORTKEY("b") AS SELECT 1 AS "a"'
    assert for_postgres(placed).split() == ["CREATE", "TABLE", '"t"', "AS", "SELECT", "1", "AS", '"a"']
