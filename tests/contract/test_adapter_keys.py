"""Keys of every kind, and names of every kind, on every warehouse."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.contract.syncing import Syncing
from tests.places import Place
from warehouse_sync.adapters import Warehouse
from warehouse_sync.errors import ConfigError
from warehouse_sync.model import AudienceSpec, Mapped

KEYS: dict[str, tuple[str, Any, str]] = {
    "text": ("text", "Ünï'c\"ode\\ 東", "Ünï'c\"ode\\ 東"),
    "empty text": ("text", "", ""),
    "integer": ("integer", 42, "42"),
    "negative": ("bigint", -9007199254740993, "-9007199254740993"),
    "uuid": ("uuid", UUID(int=7), "00000000-0000-0000-0000-000000000007"),
    "date": ("date", date(2026, 11, 22), "2026-11-22"),
    "boolean": ("boolean", True, "true"),
    "whole decimal": ("whole decimal", Decimal(12345678901234567890), "12345678901234567890"),
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_key_of_this_type_is_logged_as_its_text(place: Place, warehouse: Warehouse, kind: str) -> None:
    type_, value, text = KEYS[kind]
    syncing = Syncing.keyed(place, warehouse, k=type_)
    syncing.rows((value, "ann@example.com"))
    assert [row[:2] for row in syncing.log(syncing.run())] == [(text, "insert")]
    assert syncing.log(syncing.run()) == []


def test_text_keys_are_told_apart_by_case_and_accents(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing.keyed(place, warehouse, k="text")
    keys = ["a", "A", "á", "ä", "ae", " a"]
    syncing.rows(*((key, f"p{n}@example.com") for n, key in enumerate(keys)))
    assert sorted(row[0] for row in syncing.log(syncing.run())) == sorted(keys)


@pytest.mark.parametrize("kind", ["float", "timestamp", "timestamp without zone", "decimal"])
def test_a_key_without_one_spelling_is_refused(place: Place, warehouse: Warehouse, kind: str) -> None:
    syncing = Syncing.keyed(place, warehouse, k=kind)
    with pytest.raises(ConfigError, match="cast it to text"):
        syncing.run()


def test_a_composite_key_is_a_json_array_of_texts(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing.keyed(place, warehouse, Order="text", select="integer")
    syncing.rows(('a"b\\', 1, "ann@example.com"), ("a", 2, "bob@example.com"), (None, 3, "cem@example.com"))
    assert [row[0] for row in syncing.log(syncing.run())] == [None, '["a", "2"]', '["a\\"b\\\\", "1"]']
    assert syncing.log(syncing.run())[1:] == []


@pytest.mark.parametrize("kind", ["date", "boolean", "uuid", "whole decimal"])
def test_a_composite_key_may_hold_any_key(place: Place, warehouse: Warehouse, kind: str) -> None:
    type_, value, text = KEYS[kind]
    syncing = Syncing.keyed(place, warehouse, a="integer", b=type_)
    syncing.rows((1, value, "ann@example.com"))
    assert [row[0] for row in syncing.log(syncing.run())] == [f'["1", "{text}"]']


NAMES = {
    "reserved word": "select",
    "mixed case": "EMail",
    "hyphen": "e-mail",
    "space": "e mail",
    "double quotes": 'an "e" mail',
    "back quote": "e`mail",
    "letters": "größe",
    "our own word": "identity",
    "our key": "primary_key",
    "long": "e" * 60,
}


@pytest.mark.parametrize("case", NAMES)
def test_a_column_may_have_this_name(place: Place, warehouse: Warehouse, case: str) -> None:
    columns = {"id": "integer", NAMES[case]: "text"}
    mapping = (Mapped("EMAIL", NAMES[case]),)
    syncing = Syncing(place, warehouse, columns=columns, mapping=mapping, snapshot="rows")
    syncing.rows((1, "ann@example.com"))
    syncing.run()
    syncing.rows((1, "bob@example.com"))
    syncing.run()
    assert syncing.members.tokens == {("EMAIL", "bob@example.com")}


@pytest.mark.parametrize("case", ["reserved word", "mixed case", "hyphen", "space", "double quotes", "letters"])
def test_a_table_may_have_this_name(place: Place, warehouse: Warehouse, case: str) -> None:
    syncing = Syncing(place, warehouse, table=NAMES[case])
    syncing.rows((1, "ann@example.com", None, None))
    assert syncing.run().status == "succeeded"


def test_columns_that_differ_by_case_alone_are_two(place: Place, warehouse: Warehouse) -> None:
    columns = {"id": "integer", "Email": "text", "eMAIL": "text"}
    syncing = Syncing(place, warehouse, columns=columns, mapping=(Mapped("EMAIL", "eMAIL"),))
    syncing.rows((1, "not@example.com", "ann@example.com"))
    syncing.run()
    assert syncing.members.tokens == {("EMAIL", "ann@example.com")}


def test_long_sync_names_that_begin_alike_have_tables_of_their_own(place: Place, warehouse: Warehouse) -> None:
    first = Syncing(place, warehouse, name="a" * 60 + "xy")
    second = Syncing(place, warehouse, name="a" * 60 + "xz", table="others")
    second.members.create(AudienceSpec(name="Another account's"))
    first.rows((1, "ann@example.com", None, None))
    second.rows((1, "bob@example.com", None, None))
    for syncing in (first, second, first, second):
        syncing.run()
    mirrors = {first.ledger.tables.mirror, second.ledger.tables.mirror}
    named = warehouse.tables(place.state)
    assert len(mirrors) == 2 and mirrors <= named
    assert max(len(name.encode()) for name in named) <= warehouse.dialect.name_limit
    assert first.members.tokens == {("EMAIL", "ann@example.com")}
    assert second.members.tokens == {("EMAIL", "bob@example.com")}
