"""Column types: what is told of them, what their values are in Python, and that every change is seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.contract.syncing import Syncing
from tests.places import Place
from warehouse_sync.adapters import Warehouse
from warehouse_sync.errors import ConfigError
from warehouse_sync.ledger.reads import a_run
from warehouse_sync.ledger.source import describe_source
from warehouse_sync.model import Mapped

RUN_ID = "20261122090000abcd"
VALUES: dict[str, tuple[str, Any, Any]] = {
    "text": ("text", "Łódź 東京 🎈 ' \\ \" % ?", "Łódź 東京 🎈 ' \\ \" % ! "),
    "integer": ("integer", 42, -42),
    "bigint": ("integer", 2**63 - 1, 2**63 - 2),
    "whole decimal": ("integer", Decimal(12345678901234567890), Decimal(12345678901234567891)),
    "decimal": ("decimal", Decimal("12.50"), Decimal("12.51")),
    "float": ("float", 0.30000000000000004, 0.3),
    "boolean": ("boolean", True, False),
    "date": ("date", date(2026, 11, 22), date(1901, 1, 1)),
    "timestamp": (
        "timestamp",
        datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, 0, 123457, tzinfo=UTC),
    ),
    "timestamp without zone": (
        "timestamp",
        datetime(2026, 3, 29, 1, 30, 0, 123456),  # noqa: DTZ001 - that is the point
        datetime(2026, 3, 29, 1, 30, 0, 123457),  # noqa: DTZ001
    ),
    "uuid": ("uuid", UUID(int=7), UUID(int=8)),
}
"""Per kind of column: the kind an adapter tells, a value, and another that differs as little as can be."""


@pytest.mark.parametrize("kind", VALUES)
def test_a_column_is_described_by_its_name_and_kind(place: Place, warehouse: Warehouse, kind: str) -> None:
    place.create(warehouse, "typed", {"id": "integer", "v": kind})
    described = warehouse.describe(f"select * from {place.table('typed')}", "test")
    assert [(column.name, column.kind) for column in described] == [
        (place.spelled("id"), "integer"),
        (place.spelled("v"), VALUES[kind][0]),
    ]
    assert described[1].type


@pytest.mark.parametrize("kind", VALUES)
def test_values_come_as_python_has_them(place: Place, warehouse: Warehouse, kind: str) -> None:
    _, value, other = VALUES[kind]
    columns = {"id": "integer", "v": kind}
    place.create(warehouse, "typed", columns)
    place.fill(warehouse, "typed", columns, [(1, value), (2, None), (3, other)])
    read = place.text(f'select "{place.spelled("v")}" from "{place.schema}"."{place.spelled("typed")}" order by id')
    streamed = [row for batch in warehouse.stream(read, "test", 2) for row in batch]
    assert streamed == warehouse.query(read, "test") == [(value,), (None,), (other,)]
    assert [type(row[0]) for row in streamed[::2]] in ([type(value)] * 2, [int] * 2)
    if isinstance(value, datetime) and value.tzinfo:
        assert streamed[0][0].utcoffset() == timedelta(0)


def fingerprints(syncing: Syncing, *rows: tuple[Any, ...]) -> list[Any]:
    """The fingerprint of each row over every column but the key, in the order of the key."""
    mapping = tuple(Mapped("CITY", column) for column in list(syncing.columns)[1:])
    syncing.sync = replace(syncing.sync, mapping=mapping)
    syncing.rows(*((n, *row) for n, row in enumerate(rows)))
    ledger = describe_source(syncing.ledger)
    ledger.prepare_schema()
    ledger.execute("run/source_rows", a_run(RUN_ID))
    table = ledger.tables.of_run("source_rows", RUN_ID)
    found = syncing.place.query(syncing.warehouse, f"select primary_key, fingerprint from wsync.{table}")
    return [fingerprint for _, fingerprint in sorted(found)]


def test_every_change_of_a_value_changes_the_fingerprint_and_nothing_else_does(
    place: Place, warehouse: Warehouse
) -> None:
    syncing = Syncing(place, warehouse, columns={"id": "integer", **{f"v{n}": kind for n, kind in enumerate(VALUES)}})
    values = [value for _, value, _ in VALUES.values()]
    changed = [[*values[:n], other, *values[n + 1 :]] for n, (_, _, other) in enumerate(VALUES.values())]
    nulled = [[*values[:n], None, *values[n + 1 :]] for n in range(len(values))]
    first, again, *others = fingerprints(syncing, *map(tuple, (values, values, *changed, *nulled)))
    assert first == again
    assert len({first, *others}) == 1 + 2 * len(VALUES)


def test_neither_null_nor_a_separator_hides_a_change(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing(place, warehouse, columns={"id": "integer", "a": "text", "b": "text"})
    pairs = [("x|", "y"), ("x", "|y"), ("x|y", None), ("x|y", ""), (None, "x|y"), ("", "x|y"), ("1:x", "n"), ("n", "n")]
    pairs += [
        (None, None),
        ("", ""),
        ("", None),
        ("null", None),
        ("v1:x", "x"),
        ("x", "v1:x"),
        ("ab", "c"),
        ("a", "bc"),
    ]
    found = fingerprints(syncing, *pairs)
    assert None not in found
    assert len(set(found)) == len(pairs)


@pytest.mark.parametrize("kind", ["array", "json", "bytes", "struct"])
def test_a_column_that_no_field_takes_is_refused_by_name_with_the_remedy(
    place: Place, warehouse: Warehouse, kind: str
) -> None:
    columns = {"id": "integer", "email": "text", "odd": place.engine.refused[kind]}
    mapping = (Mapped("EMAIL", "email"), Mapped("CITY", "odd"))
    syncing = Syncing(place, warehouse, columns=columns, mapping=mapping)
    with pytest.raises(ConfigError, match=rf"column {place.spelled('odd')} has type .*cast it to text in the source"):
        syncing.run()
    assert syncing.members.requests == []


def test_a_column_that_is_not_mapped_may_have_any_type(place: Place, warehouse: Warehouse) -> None:
    odd = {f"odd{n}": type_ for n, type_ in enumerate(place.engine.refused.values())}
    place.create(warehouse, "people", {"id": "integer", "email": "text", **odd})
    some = {"id": "integer", "email": "text"}
    place.fill(warehouse, "people", some, [(1, "a@example.com")])
    syncing = Syncing(place, warehouse, table="other", columns={"id": "integer"}, mapping=(Mapped("EMAIL", "email"),))
    syncing.read("people")
    assert syncing.run().status == "succeeded"
    assert syncing.members.tokens == {("EMAIL", "a@example.com")}
