"""A connection to PostgreSQL that breaks: what had been done is found, what had not is done again, once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from threading import Thread
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest

from tests.engine import a_sync
from tests.members import Members, connector
from tests.postgres_proxy import Proxy, When, proxy
from tests.postgres_server import Server, server
from warehouse_sync import adapters
from warehouse_sync.adapters import Warehouse, settings_model
from warehouse_sync.errors import AlreadyExists, AnswerLost, WarehouseError
from warehouse_sync.ledger.core import Ledger
from warehouse_sync.model import Ports, Source
from warehouse_sync.runner import Request, Result, Runner

Rows = list[tuple[Any, ...]]
number = itertools.count()


@pytest.fixture(scope="module")
def own() -> Iterator[Server]:
    """A server that may be restarted."""
    with server() as running:
        yield running


@pytest.fixture
def database(own: Server) -> dict[str, str | int]:
    name = f"lost_{next(number)}"
    admin(own.settings, f"create database {name}")
    return {**own.settings, "dbname": name}


@pytest.fixture
def cutting(own: Server) -> Iterator[Proxy]:
    with proxy(own.port) as cutting:
        yield cutting


def admin(settings: dict[str, str | int], statement: str) -> Rows:
    with psycopg.connect(**settings, autocommit=True) as connection:  # type: ignore[arg-type]
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def opened(settings: dict[str, str | int], **more: Any) -> Warehouse:
    return adapters.connect(settings_model("postgres").model_validate({**settings, **more}))


def through(cutting: Proxy, database: dict[str, str | int]) -> Warehouse:
    return opened(database, port=cutting.port)


@pytest.mark.parametrize(("when", "there"), [("before", 0), ("after", 1)])
def test_a_statement_cut_off_has_either_happened_or_not_and_the_next_one_works(
    cutting: Proxy, database: dict[str, str | int], when: When, there: int
) -> None:
    warehouse = through(cutting, database)
    cutting.reset(1, when)
    with pytest.raises(AnswerLost):
        warehouse.execute("create table one as select 1 as n", "test")
    assert len(warehouse.query("select from pg_class where relname = 'one'", "test")) == there
    if there:
        with pytest.raises(AlreadyExists):
            warehouse.execute("create table one as select 1 as n", "test")
    warehouse.close()


@pytest.mark.parametrize(
    ("at", "when", "rows"), [(1, "before", 0), (3, "after", 0), (4, "after", 0), (5, "before", 0), (5, "after", 3)]
)
def test_a_load_cut_off_is_there_whole_or_not_at_all(
    cutting: Proxy, database: dict[str, str | int], at: int, when: When, rows: int
) -> None:
    warehouse = through(cutting, database)
    warehouse.execute("create table public.loaded (n integer)", "test")
    cutting.reset(at, when)
    with pytest.raises(AnswerLost):
        warehouse.load("public", "loaded", ("n",), [(1,), (2,), (3,)])
    assert warehouse.query("select count(*) from public.loaded", "test") == [(rows,)]
    warehouse.close()


def test_an_answer_is_only_called_lost_when_the_old_statement_is_over(
    cutting: Proxy, database: dict[str, str | int]
) -> None:
    """The statement would have run for a minute more, without anybody to tell."""
    warehouse = through(cutting, database)
    cutting.reset(1)
    sleeping = "select 1 from pg_stat_activity where query like '/* slow */%' and pid <> pg_backend_pid()"
    failed: list[Exception] = []

    def act() -> None:
        try:
            warehouse.execute("create table slow as select 1 as n from pg_sleep(60)", "slow")
        except WarehouseError as error:
            failed.append(error)

    acting = Thread(target=act)
    acting.start()
    await_rows(database, sleeping, 1)
    cutting.links[-1].sever_client()
    acting.join(20)
    assert [type(error) for error in failed] == [AnswerLost]
    assert admin(database, sleeping) == []
    assert warehouse.query("select from pg_class where relname = 'slow'", "test") == []
    warehouse.close()


def await_rows(database: dict[str, str | int], query: str, rows: int) -> None:
    deadline = monotonic() + 10
    while len(admin(database, query)) != rows:
        assert monotonic() < deadline
        sleep(0.02)


def test_a_session_that_an_administrator_ends_is_made_up_for(database: dict[str, str | int]) -> None:
    warehouse = opened(database)
    admin(
        database,
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()",
    )
    with pytest.raises(AnswerLost):
        warehouse.execute("create table one as select 1 as n", "test")
    warehouse.execute("create table one as select 1 as n", "test")
    warehouse.close()


def test_a_server_that_restarts_between_two_statements_is_waited_for(
    own: Server, database: dict[str, str | int]
) -> None:
    warehouse = opened(database)
    own.stop()
    starting = Thread(target=lambda: (sleep(0.5), own.start()))
    starting.start()
    with pytest.raises(AnswerLost):
        warehouse.execute("create table one as select 1 as n", "test")
    starting.join()
    warehouse.execute("create table one as select 1 as n", "test")
    warehouse.close()


def test_a_server_that_does_not_come_back_is_an_error_of_the_connection(
    own: Server, database: dict[str, str | int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from warehouse_sync.adapters import postgres_session

    monkeypatch.setattr(postgres_session, "PATIENCE", 0.2)
    warehouse = opened(database)
    own.stop()
    try:
        with pytest.raises(WarehouseError) as told:
            warehouse.execute("create table one as select 1 as n", "test")
        assert not isinstance(told.value, AnswerLost)
        assert told.value.code == "connection"
    finally:
        own.start()
    warehouse.execute("create table one as select 1 as n", "test")
    warehouse.close()


FIRST: Rows = [(1, "ann@example.com", "+1", "Ulm"), (2, "bob@example.com", "+2", None), (3, "bad", None, None)]
SECOND: Rows = [(1, "ann.new@example.com", "+1", "Ulm"), (4, "dan@example.com", None, "Bonn"), (3, "bad", None, None)]


class Story:
    """Two runs over changed rows, the second through a proxy, told by what is left of it."""

    def __init__(self, database: dict[str, str | int]) -> None:
        self.database, self.members = database, Members()
        self.sync = replace(a_sync(), source=Source(("public", "people"), label="people"))
        admin(database, "create table public.people (id bigint, email text, phone text, city text)")
        self.rows(FIRST)
        self.run(opened(database))

    def rows(self, rows: Rows) -> None:
        with psycopg.connect(**self.database, autocommit=True) as connection:  # type: ignore[arg-type]
            connection.execute("truncate public.people")
            connection.cursor().executemany("insert into public.people values (%s, %s, %s, %s)", rows)

    def run(self, warehouse: Warehouse) -> Result:
        ports = Ports(sleep=lambda _seconds: None)
        try:
            return Runner(Ledger(warehouse, "wsync", self.sync, ports), connector(self.members, 2), ports).run(
                Request()
            )
        finally:
            warehouse.close()

    def left(self) -> dict[str, Any]:
        """What stays of the story, without times and run ids."""
        found = {name: sorted(repr(row) for row in admin(self.database, statement)) for name, statement in LEFT.items()}
        return {"members": self.members.tokens, **found}


LEFT = {
    "mirror": "select identity, state, primary_key, tokens, payload, payload_acknowledged from wsync.mirror_people",
    "log": "select primary_key, operation, status, reason, error_code from wsync.sync_log where sync_run_id = "
    "(select sync_run_id from wsync.runs order by fence desc limit 1)",
    "baseline": "select primary_key, identity, payload, error_code from wsync.baseline_people",
    "syncs": "select audience_id, mirror_rows from wsync.syncs",
    "tables": "select regexp_replace(relname, '\\d{14}[0-9a-f]{4}', 'RUN') from pg_class "
    "where relnamespace = 'wsync'::regnamespace and relname not like 'claim%'",
}


def told(own: Server, cutting: Proxy, at: int | None, when: When = "after") -> tuple[bool, dict[str, Any]]:
    """The story, its second run cut at its `at`-th statement. Whether that run went through, and what was left.

    Where it did not, a third run did what it had left.
    """
    name = f"story_{next(number)}"
    admin(own.settings, f"create database {name}")
    story = Story({**own.settings, "dbname": name})
    story.rows(SECOND)
    cutting.reset(at, when)
    whole = False
    with suppress(WarehouseError):
        whole = story.run(through(cutting, story.database)).exit_code == 6
    cutting.reset(None)
    if not whole:
        free(story.database)
        story.run(opened(story.database))
    left = story.left()
    admin(own.settings, f"drop database {name}")
    return whole, left


def free(database: dict[str, str | int]) -> None:
    """The lease of a run that failed is over."""
    for (claim,) in admin(database, "select relname from pg_class where relname like 'claim_people_%'"):
        admin(database, f"update wsync.{claim} set released = 1")


def begins_a_stream(statement: bytes) -> bool:
    return statement.startswith((b"/* run/changed_rows", b"/* run/pages", b"\0SELECT", b"\nset local", b"begin"))


def disturbed(own: Server, cutting: Proxy, cuts: Iterable[int]) -> None:
    _, undisturbed = told(own, cutting, None)
    for at, when in itertools.product(cuts, ("after", "before")):
        whole, left = told(own, cutting, at, when)
        if not whole:
            assert begins_a_stream(cutting.last_cut), (at, when)
            del left["log"], left["tables"]
        assert left == {name: undisturbed[name] for name in left}, (at, when)


def test_a_run_that_is_cut_off_anywhere_leaves_what_an_undisturbed_one_leaves(own: Server, cutting: Proxy) -> None:
    disturbed(own, cutting, range(5, 84, 19))


@pytest.mark.sweep
def test_a_run_that_is_cut_off_at_any_statement_leaves_what_an_undisturbed_one_leaves(
    own: Server, cutting: Proxy
) -> None:
    told(own, cutting, None)
    disturbed(own, cutting, range(1, 86))
