"""The methods of a warehouse one by one: looking, streaming, loading, grants, and errors that say what to do."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.syncing import Syncing
from tests.places import Place
from tests.scenario import COLUMNS, SECOND
from warehouse_sync.adapters import Warehouse
from warehouse_sync.errors import AlreadyExists, WarehouseBusy, WarehouseError
from warehouse_sync.ledger.tables import STATE, VIEWS

MANY = 100_000
MEGABYTE = 1_000_000


def test_a_schema_that_is_not_there_has_no_tables(warehouse: Warehouse) -> None:
    assert not warehouse.has_schema("nowhere")
    assert warehouse.tables("nowhere") == set()


def test_tables_and_views_of_the_state_are_listed_in_our_own_spelling(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing(place, warehouse)
    syncing.rows(*SECOND)
    syncing.run()
    assert warehouse.has_schema(place.state)
    assert {*STATE, *VIEWS, "mirror_people", "baseline_people"} <= warehouse.tables(place.state)


def test_a_select_of_the_users_own_can_be_described(place: Place, warehouse: Warehouse) -> None:
    place.create(warehouse, "people", COLUMNS)
    query = f"-- whom\nselect {place.column('email')}, 1 as {place.column('one')} from {place.table('people')} -- all"
    told = [(column.name, column.kind) for column in warehouse.describe(query, "test")]
    assert told == [(place.spelled("email"), "text"), (place.spelled("one"), "integer")]


def test_an_estimate_is_a_number_of_bytes_or_none(place: Place, warehouse: Warehouse) -> None:
    place.create(warehouse, "people", COLUMNS)
    estimate = warehouse.estimate(f"select * from {place.table('people')}", "test")
    assert estimate is None or (isinstance(estimate, int) and estimate >= 0)


def test_a_warehouse_may_be_closed_twice(place: Place) -> None:
    warehouse = place.open()
    warehouse.close()
    warehouse.close()


def thousands() -> Iterator[tuple[Any, ...]]:
    return ((n, f"p{n}@example.com", None, "x") for n in range(MANY))


def held(act: Any) -> int:
    """The most bytes that Python held at once while this ran."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_hundred_thousand_rows_stream_and_load_in_flat_memory(place: Place, warehouse: Warehouse) -> None:
    spelled = tuple(map(place.spelled, COLUMNS))
    place.create(warehouse, "many", COLUMNS)
    loading = held(lambda: warehouse.load(*place.relation("many"), spelled, thousands()))
    seen, longest = bytearray(MANY), 0

    def read() -> None:
        nonlocal longest
        for batch in warehouse.stream(f"select {place.column('id')} from {place.table('many')}", "test", 10_000):
            for (number,) in batch:
                seen[number] += 1
            longest = max(longest, len(batch))

    for batch in warehouse.stream(f"select * from {place.table('many')}", "test", 10_000):
        assert {(f"p{row[0]}@example.com", None, "x") for row in batch} == {tuple(row[1:]) for row in batch}
    streaming = held(read)
    assert (bytes(seen), longest <= 10_000) == (b"\x01" * MANY, True)
    assert loading < 20 * MEGABYTE
    assert streaming < 20 * MEGABYTE


def test_a_load_takes_any_text_and_nulls(place: Place, warehouse: Warehouse) -> None:
    rows = [
        (1, "", None, "\t"),
        (2, "a\nb", "\\N", "\\"),
        (3, '"q"', "'", ",;|"),
        (4, "Łódź 東京", "🎈", "null"),
        (5, None, None, None),
    ]
    place.create(warehouse, "people", COLUMNS)
    warehouse.load(*place.relation("people"), tuple(map(place.spelled, COLUMNS)), rows)
    read = place.text(f'select * from "{place.schema}"."{place.spelled("people")}" order by id')
    assert warehouse.query(read, "test") == rows


def test_a_load_that_fails_has_loaded_nothing(place: Place, warehouse: Warehouse) -> None:
    place.create(warehouse, "people", COLUMNS)
    rows = [*((n, None, None, None) for n in range(100)), ("secret-value", None, None, None)]
    with pytest.raises(WarehouseError) as refused:
        warehouse.load(*place.relation("people"), tuple(map(place.spelled, COLUMNS)), rows)
    assert "secret-value" not in str(refused.value)
    assert warehouse.query(f"select count(*) from {place.table('people')}", "test") == [(0,)]


def test_other_statements_may_run_while_a_stream_is_open(place: Place, warehouse: Warehouse) -> None:
    place.create(warehouse, "many", COLUMNS)
    warehouse.load(*place.relation("many"), tuple(map(place.spelled, COLUMNS)), list(thousands())[:30_000])
    seen = 0
    for batch in warehouse.stream(f"select * from {place.table('many')}", "test", 10_000):
        seen += len(batch)
        warehouse.execute(f"create table {place.table(f'seen_{seen}')} as select 1 as one", "test")
    assert seen == 30_000


def test_a_table_that_is_there_already_is_told_apart_from_other_errors(place: Place, warehouse: Warehouse) -> None:
    place.create(warehouse, "taken", COLUMNS)
    with pytest.raises(AlreadyExists):
        place.create(warehouse, "taken", COLUMNS)
    with pytest.raises(AlreadyExists):
        warehouse.execute(f"create table {place.table('taken')} as select 1 as one", "test")


def test_a_name_that_is_missing_is_told(place: Place, warehouse: Warehouse) -> None:
    place.create(warehouse, "people", COLUMNS)
    asked = {
        "missing_table": f"select * from {place.table('missing_table')}",
        "missing_column": f"select {place.column('missing_column')} from {place.table('people')}",
    }
    for name, sql in asked.items():
        for act in (warehouse.query, warehouse.describe, lambda sql, told: list(warehouse.stream(sql, told, 1))):
            with pytest.raises(WarehouseError, match=re.compile(name, re.IGNORECASE)) as refused:
                act(sql, "run/named")
            assert (refused.value.code, refused.value.statement) == ("missing", "run/named")


def test_no_error_quotes_a_value(place: Place, warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError) as refused:
        value = place.value("secret-value", place.engine.types["text"])
        warehouse.query(f"select cast(t.v as {place.engine.types['integer']}) from (select {value} as v) as t", "test")
    assert "secret-value" not in str(refused.value)
    assert refused.value.code == "statement"


@pytest.mark.parametrize("code", ["credentials", "grants", "busy", "timeout"])
def test_an_error_has_the_code_of_what_to_do(place: Place, code: str) -> None:
    with pytest.raises(WarehouseError) as refused:
        place.faults[code]()
    if code == "busy":
        assert isinstance(refused.value, WarehouseBusy)
    else:
        assert (type(refused.value), refused.value.code) == (WarehouseError, code)


def test_nothing_is_missing_for_whoever_may_do_everything(place: Place, warehouse: Warehouse) -> None:
    place.create(warehouse, "people", COLUMNS)
    assert warehouse.missing_grants(place.state, [place.relation("people")]) == []


def test_the_grants_that_are_told_are_those_that_a_run_needs(place: Place, warehouse: Warehouse) -> None:
    assert place.poor is not None and place.grant is not None
    syncing = Syncing(place, warehouse)
    syncing.rows(*SECOND)
    poor = place.open(place.poor)
    syncing.warehouse = poor
    told = poor.missing_grants(place.state, [place.relation("people")])
    for grant in told:
        assert re.match(r"grant .+ to .+", grant, re.IGNORECASE) and ";" not in grant
        with pytest.raises(WarehouseError) as refused:
            syncing.run()
        assert refused.value.code == "grants"
        place.grant(grant)
    assert (bool(told), poor.missing_grants(place.state, [place.relation("people")])) == (True, [])
    assert syncing.run().status == "succeeded"
    poor.close()
