"""What every warehouse adapter does alike. The warehouses are listed in `tests/warehouses.py`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest

from tests.engine import a_sync
from tests.members import Members, connector
from tests.warehouses import Place, duckdb_place, postgres_place
from warehouse_sync import adapters
from warehouse_sync.adapters import Warehouse
from warehouse_sync.errors import AlreadyExists, ConfigError, Held, WarehouseError
from warehouse_sync.ledger import claims, settling
from warehouse_sync.ledger.core import Ledger, Run
from warehouse_sync.model import Mapped, Ports, Source
from warehouse_sync.runner import Request, Result, Runner, new_run_id

counter = itertools.count()


@pytest.fixture(params=adapters.BUILT_IN)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "duckdb":
        return duckdb_place(tmp_path)
    return postgres_place(request.getfixturevalue("postgres"), f"contract_{next(counter)}")


@pytest.fixture
def warehouse(place: Place) -> Iterator[Warehouse]:
    opened = place.open()
    yield opened
    opened.close()


PEOPLE = "(id bigint, email text, phone text, city text)"
COLUMNS = ("id", "email", "phone", "city")


class Shop:
    """The table `people` in one warehouse, synced to the tiny destination."""

    def __init__(self, place: Place, warehouse: Warehouse, **settings: Any) -> None:
        self.place, self.warehouse, self.members = place, warehouse, Members()
        source = Source((place.schema, "people"), label="people")
        self.sync = replace(a_sync(**settings), source=source)
        self.statements: list[str] = []
        self.page_rows = 3
        self.ports = Ports(boundary=self.statements.append, sleep=lambda _seconds: None)
        warehouse.execute(f"create table {place.schema}.people {PEOPLE}", "test")

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.warehouse, "wsync", self.sync, self.ports)

    def rows(self, *rows: tuple[Any, ...]) -> None:
        self.warehouse.execute(f"delete from {self.place.schema}.people where 1 = 1", "test")
        self.warehouse.load(self.place.schema, "people", COLUMNS, list(rows))

    def run(self, kind: Any = "run", **request: Any) -> Result:
        return Runner(self.ledger, connector(self.members, self.page_rows), self.ports).run(Request(kind, **request))

    def log(self, run_id: str) -> list[tuple[Any, ...]]:
        found = self.warehouse.query(
            "select primary_key, operation, status, reason, error_code from wsync.sync_log "
            f"where sync_run_id = '{run_id}'",
            "test",
        )
        return sorted(found, key=lambda row: [str(cell) for cell in row])


FIRST = (
    (1, "ann@example.com", "+1", "Ulm"),
    (2, "bob@example.com", "+1", None),
    (3, "cem@example.com", None, "Łódź"),
    (4, "not an address", None, None),
    (5, None, None, None),
    (None, "nobody@example.com", None, None),
    (6, "dup@example.com", None, None),
    (6, "dup@example.com", "6", None),
    (7, "eva@example.com", "7", "Ulm"),
    (7, "eva@example.com", "7", "Ulm"),
)
SECOND = (
    (1, "ann.new@example.com", "+1", "Ulm"),
    (3, "cem@example.com", None, "東京"),
    (6, "dup@example.com", None, None),
    (7, "eva@example.com", "7", "Ulm"),
)


def test_two_runs_over_changed_data_give_the_same_members_and_log_everywhere(
    place: Place, warehouse: Warehouse
) -> None:
    shop = Shop(place, warehouse)
    shop.rows(*FIRST)
    first = shop.run()
    assert shop.log(first.run_id) == [
        ("1", "insert", "succeeded", "new", None),
        ("2", "insert", "succeeded", "new", None),
        ("3", "insert", "succeeded", "new", None),
        ("4", None, "failed", "invalid", "no_valid_identifier"),
        ("5", None, "failed", "invalid", "no_valid_field"),
        ("6", None, "failed", "invalid", "duplicate_key"),
        ("7", "insert", "succeeded", "new", None),
        (None, None, "failed", "invalid", "null_key"),
    ]
    shop.rows(*SECOND)
    second = shop.run()
    assert shop.log(second.run_id) == [
        ("1", "delete", "succeeded", "rekeyed", None),
        ("1", "insert", "succeeded", "rekeyed", None),
        ("2", "delete", "succeeded", "gone", None),
        ("3", "update", "succeeded", "changed", None),
        ("6", "insert", "succeeded", "new", None),
    ]
    assert shop.members.tokens == {
        ("EMAIL", "ann.new@example.com"),
        ("EMAIL", "cem@example.com"),
        ("EMAIL", "dup@example.com"),
        ("EMAIL", "eva@example.com"),
        ("PHONE", "+1"),
        ("PHONE", "7"),
    }


def test_a_run_without_changes_sends_and_logs_nothing(place: Place, warehouse: Warehouse) -> None:
    shop = Shop(place, warehouse)
    shop.rows(*SECOND)
    shop.run()
    sent = len(shop.members.requests)
    again = shop.run()
    assert (shop.log(again.run_id), len(shop.members.requests)) == ([], sent)


def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(place: Place, warehouse: Warehouse) -> None:
    shop, counts = Shop(place, warehouse), []
    shop.page_rows = 1000
    for rows in (1, 2, 3, 9, 200):
        shop.statements.clear()
        shop.rows(*((n, f"p{rows}{n}@example.com", None, None) for n in range(rows)))
        shop.run()
        counts.append(len(shop.statements))
    assert counts[-1] == counts[-2]


def test_a_crash_after_sending_is_recovered_by_the_next_run(place: Place, warehouse: Warehouse) -> None:
    shop = Shop(place, warehouse)
    shop.rows(*SECOND)
    lost = crashed(shop, "before settle/mirror_insert")
    shop.rows((1, "ann@example.com", None, None))
    assert shop.run().recovered == (lost.id,)
    assert shop.members.tokens == {("EMAIL", "ann@example.com")}


def test_times_are_utc_whatever_the_zone_of_the_server(place: Place, warehouse: Warehouse) -> None:
    shop = Shop(place, warehouse)
    shop.rows(*SECOND)
    run = shop.run()
    ((logged,),) = warehouse.query(
        f"select max(logged_at) from wsync.sync_log where sync_run_id = '{run.run_id}'", "test"
    )
    assert logged.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - logged) < timedelta(minutes=1)


def test_log_rows_older_than_the_retention_go(place: Place, warehouse: Warehouse) -> None:
    shop = Shop(place, warehouse, log_retention_days=1)
    shop.rows(*SECOND)
    old = shop.run()
    warehouse.execute(
        "update wsync.sync_log set logged_at = current_timestamp - interval '25' hour where 1 = 1", "test"
    )
    shop.rows(*SECOND, (8, "late@example.com", None, None))
    new = shop.run()
    assert (shop.log(old.run_id), len(shop.log(new.run_id))) == ([], 1)


KEYS: dict[str, tuple[str, Any, str]] = {
    "text": ("text", "Ünï'c\"ode\\", "Ünï'c\"ode\\"),
    "integer": ("integer", 42, "42"),
    "uuid": ("uuid", UUID(int=7), "00000000-0000-0000-0000-000000000007"),
    "date": ("date", date(2026, 11, 22), "2026-11-22"),
    "boolean": ("boolean", True, "true"),
    "whole decimal": ("decimal(20, 0)", Decimal(12345678901234567890), "12345678901234567890"),
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_key_of_this_type_is_logged_as_its_text(place: Place, warehouse: Warehouse, kind: str) -> None:
    type_, value, text = KEYS[kind]
    warehouse.execute(f"create table {place.schema}.keyed (k {type_}, email text)", "test")
    warehouse.load(place.schema, "keyed", ("k", "email"), [(value, "ann@example.com")])
    shop = Shop(place, warehouse, primary_key=("k",), mapping=(Mapped("EMAIL", "email"),))
    shop.sync = replace(shop.sync, source=Source((place.schema, "keyed"), label="keyed"))
    assert [row[0] for row in shop.log(shop.run().run_id)] == [text]


@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_a_padded_key_is_prepared_as_it_is_logged(place: Place, warehouse: Warehouse) -> None:
    warehouse.execute("create table padded as select cast('ab' as char(6)) as k", "test")
    (read,) = warehouse.query("select k, cast(k as text) from padded", "test")
    ((streamed,),) = next(iter(warehouse.stream("select k from padded", "test", 1)))
    assert read == ("ab", "ab")
    assert streamed == "ab"


@pytest.mark.parametrize("type_", ["double precision", "timestamp", "decimal(10, 2)"])
def test_a_key_without_one_spelling_is_refused(place: Place, warehouse: Warehouse, type_: str) -> None:
    warehouse.execute(f"create table {place.schema}.keyed (k {type_}, email text)", "test")
    shop = Shop(place, warehouse, primary_key=("k",), mapping=(Mapped("EMAIL", "email"),))
    shop.sync = replace(shop.sync, source=Source((place.schema, "keyed"), label="keyed"))
    with pytest.raises(ConfigError, match="cast it to text"):
        shop.run()


def test_a_composite_key_is_a_json_array_of_texts(place: Place, warehouse: Warehouse) -> None:
    warehouse.execute(f'create table {place.schema}.keyed ("Order" text, "select" integer, email text)', "test")
    rows = [('a"b\\', 1, "ann@example.com"), ("a", 2, "bob@example.com"), (None, 3, "cem@example.com")]
    warehouse.load(place.schema, "keyed", ("Order", "select", "email"), rows)
    shop = Shop(place, warehouse, primary_key=("Order", "select"), mapping=(Mapped("EMAIL", "email"),))
    shop.sync = replace(shop.sync, source=Source((place.schema, "keyed"), label="keyed"))
    assert [row[0] for row in shop.log(shop.run().run_id)] == [None, '["a", "2"]', '["a\\"b\\\\", "1"]']


def test_columns_may_have_any_name(place: Place, warehouse: Warehouse) -> None:
    names = ("primary key", "E-Mail", 'a "quoted" one', "identity", "größe")
    listed = ", ".join('"' + name.replace('"', '""') + '" text' for name in names)
    warehouse.execute(f"create table {place.schema}.named ({listed})", "test")
    warehouse.load(place.schema, "named", names, [("k", "ann@example.com", "+1", "Ulm", "x")])
    mapping = (Mapped("EMAIL", "E-Mail"), Mapped("PHONE", 'a "quoted" one'), Mapped("CITY", "identity"))
    shop = Shop(place, warehouse, primary_key=("primary key",), mapping=mapping, snapshot="rows")
    shop.sync = replace(shop.sync, source=Source((place.schema, "named"), label="named"))
    shop.run()
    shop.run()
    assert shop.members.tokens == {("EMAIL", "ann@example.com"), ("PHONE", "+1")}


def test_the_source_may_be_one_select(place: Place, warehouse: Warehouse) -> None:
    shop = Shop(place, warehouse)
    shop.rows(*SECOND)
    query = f"select * from {place.schema}.people where city = 'Ulm' -- only Ulm"
    shop.sync = replace(shop.sync, source=Source(query=query, label="ulm.sql"))
    shop.run()
    assert shop.run().status == "succeeded"
    assert ("EMAIL", "cem@example.com") not in shop.members.tokens


def test_a_hundred_thousand_rows_stream_and_load(place: Place, warehouse: Warehouse) -> None:
    rows = [(n, f"p{n}@example.com", None, "x") for n in range(100_000)]
    warehouse.execute(f"create table {place.schema}.many {PEOPLE}", "test")
    warehouse.load(place.schema, "many", COLUMNS, rows)
    batches = list(warehouse.stream(f"select * from {place.schema}.many", "test", 10_000))
    assert max(map(len, batches)) <= 10_000
    assert sorted(row for batch in batches for row in batch) == rows


def test_other_statements_may_run_while_a_stream_is_open(place: Place, warehouse: Warehouse) -> None:
    warehouse.execute(f"create table {place.schema}.many {PEOPLE}", "test")
    warehouse.load(place.schema, "many", COLUMNS, [(n, None, None, None) for n in range(30_000)])
    seen = 0
    for batch in warehouse.stream(f"select id from {place.schema}.many", "test", 10_000):
        seen += len(batch)
        warehouse.execute(f"create table {place.schema}.seen_{seen} as select 1 as one", "test")
    assert seen == 30_000


def test_errors_say_what_to_do_and_quote_no_value(place: Place, warehouse: Warehouse) -> None:
    warehouse.execute(f"create table {place.schema}.taken {PEOPLE}", "test")
    with pytest.raises(AlreadyExists):
        warehouse.execute(f"create table {place.schema}.taken {PEOPLE}", "test")
    with pytest.raises(WarehouseError, match="missing_table"):
        warehouse.query("select * from missing_table", "test")
    with pytest.raises(WarehouseError) as refused:
        warehouse.query("select cast(t.v as integer) from (select 'secret-value' as v) as t", "test")
    assert "secret-value" not in str(refused.value)


def test_a_schema_that_is_not_there_has_no_tables(warehouse: Warehouse) -> None:
    assert warehouse.tables("nowhere") == set()


@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_of_two_runs_that_start_together_exactly_one_owns_the_sync(place: Place, warehouse: Warehouse) -> None:
    shop = Shop(place, warehouse)
    shop.rows(*SECOND)
    shop.run()
    for _ in range(25):
        assert sorted(race(place, shop)) == ["held", "won"]


def race(place: Place, shop: Shop) -> list[str]:
    """Two connections claim at once; how each fared."""
    start, ended = Barrier(2), []

    def contend() -> None:
        own = place.open()
        ledger = Ledger(own, "wsync", shop.sync, Ports())
        start.wait()
        try:
            won = a_claim(ledger)
        except Held:
            ended.append("held")
        else:
            ended.append("won")
            winners.append(won)
        finally:
            own.close()

    winners: list[Run] = []
    threads = [Thread(target=contend) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for won in winners:
        claims.Lease(shop.ledger, won).end()
    return ended


def a_claim(ledger: Ledger) -> Run:
    return claims.claim(ledger, Run(new_run_id(), 0, "run", "", "", "", (), None), account="1")


@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_a_run_whose_claim_was_overtaken_stops_at_its_next_look(place: Place, warehouse: Warehouse) -> None:
    shop = Shop(place, warehouse, lease_seconds=1, takeover_wait_seconds=0)
    shop.rows(*SECOND)
    shop.run()
    slow = a_claim(shop.ledger)
    lease = claims.Lease(shop.ledger, slow)
    warehouse.execute(
        f"update wsync.{shop.ledger.tables.claim(slow.fence)} set heartbeat_at = current_timestamp - interval '1' hour "
        "where 1 = 1",
        "test",
    )
    a_claim(shop.ledger)
    with pytest.raises(Held, match="taken over"):
        lease.keep(request_seconds=60)


def test_state_writes_of_an_overtaken_run_change_nothing(place: Place, warehouse: Warehouse) -> None:
    shop = Shop(place, warehouse)
    shop.rows(*SECOND)
    overtaken = crashed(shop, "before settle/verdict")
    a_claim(shop.ledger)
    settling.settle(shop.ledger, overtaken, missing="aborted")
    assert warehouse.query("select * from wsync.mirror_people", "test") == []
    assert warehouse.query("select * from wsync.sync_log", "test") == []
    assert warehouse.query("select phase from wsync.runs", "test") == [("sending",)]


def crashed(shop: Shop, boundary: str) -> Run:
    """A run that ended at this boundary, its claim left behind (and over)."""

    def crash(name: str) -> None:
        if name == boundary:
            raise SystemExit

    ledger = replace(shop.ledger, ports=replace(shop.ports, boundary=crash))
    with pytest.raises(SystemExit):
        Runner(ledger, connector(shop.members), ledger.ports).run(Request())
    ((run_id, fence),) = shop.warehouse.query("select sync_run_id, fence from wsync.runs", "test")
    run = settling.stored(shop.ledger, run_id, fence)
    assert run is not None
    claims.Lease(shop.ledger, run).end()
    return run
