"""What a session with PostgreSQL is: pinned whatever a role or a database says, with TLS, timeouts and clear errors."""

from __future__ import annotations

import itertools
import ssl
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest
import trustme

from tests.postgres_proxy import proxy
from warehouse_sync import adapters
from warehouse_sync.adapters import Warehouse, settings_model
from warehouse_sync.errors import WarehouseBusy, WarehouseError

number = itertools.count()
Settings = dict[str, Any]


@pytest.fixture
def database(postgres: Settings) -> Settings:
    """A fresh database."""
    name = f"session_{next(number)}"
    admin(postgres, f"create database {name}")
    return {**postgres, "dbname": name}


def admin(settings: Settings, *statements: str) -> None:
    with psycopg.connect(**settings, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def opened(settings: Settings, **more: Any) -> Warehouse:
    return adapters.connect(settings_model("postgres").model_validate({**settings, **more}))


@pytest.fixture
def warehouse(database: Settings) -> Iterator[Warehouse]:
    opened_ = opened(database)
    yield opened_
    opened_.close()


SAID_OTHERWISE = {
    "timezone": "Asia/Tokyo",
    "datestyle": "German",
    "intervalstyle": "sql_standard",
    "extra_float_digits": "-5",
    "bytea_output": "escape",
    "standard_conforming_strings": "off",
    "default_transaction_isolation": "serializable",
    "synchronous_commit": "off",
    "client_encoding": "LATIN1",
    "default_transaction_read_only": "on",
}
SHOWN = (
    "select cast(timestamptz '2026-11-22 10:00:00.5+00' as text), cast(0.1::float8 + 0.2::float8 as text), 'a\\b', 'é'"
)
PINNED = ("2026-11-22 10:00:00.5+00", "0.30000000000000004", "a\\b", "é")


def test_what_a_role_or_database_sets_changes_nothing(database: Settings) -> None:
    name = database["dbname"]
    for setting, value in SAID_OTHERWISE.items():
        if setting != "standard_conforming_strings":  # version 19 knows no other value
            admin(database, f"alter database {name} set {setting} = '{value}'")
    warehouse = opened(database)
    assert warehouse.query(SHOWN, "test") == [PINNED]
    assert list(warehouse.stream(SHOWN, "test", 10)) == [[PINNED]]
    warehouse.execute("create table public.written as select 1 as n", "test")
    warehouse.load("public", "written", ("n",), [(2,)])
    ((moment, day, isolation, commit),) = warehouse.query(
        "select timestamptz '2026-11-22 10:00+00', date '2026-11-22', current_setting('transaction_isolation'), "
        "current_setting('synchronous_commit')",
        "test",
    )
    assert (moment.isoformat(), day.isoformat()) == ("2026-11-22T10:00:00+00:00", "2026-11-22")
    assert (isolation, commit) == ("read committed", "on")
    warehouse.close()


def test_a_statement_brings_its_settings_with_it_so_that_a_pooler_may_change_the_connection(database: Settings) -> None:
    """As behind a pooler by transaction: whatever a session was told is forgotten before the next statement."""
    warehouse = opened(database)
    session: Any = warehouse
    session.session.connection.execute("discard all")
    session.session.connection.execute("set timezone = 'Asia/Tokyo'")
    assert warehouse.query(SHOWN, "test") == [PINNED]
    assert session.session.connection.execute("show timezone").fetchall() == [("Asia/Tokyo",)]
    assert session.session.connection.execute("select * from pg_prepared_statements").fetchall() == []
    warehouse.close()


def test_nothing_is_asked_for_at_the_start_that_a_pooler_refuses(database: Settings) -> None:
    session: Any = opened(database)
    asked = {name for name, value in session.session.connection.info.get_parameters().items() if value}
    assert "options" not in asked
    session.close()


def test_a_source_without_schema_is_found_on_the_roles_path(database: Settings) -> None:
    admin(
        database,
        "create schema marts",
        "create table marts.people as select 1 as n",
        f"alter database {database['dbname']} set search_path = marts, pg_catalog",
    )
    warehouse = opened(database)
    assert warehouse.query("select n from people", "test") == [(1,)]
    warehouse.close()


def test_functions_of_a_schema_on_the_path_take_the_place_of_none_of_ours(database: Settings) -> None:
    from sqlglot import exp

    admin(
        database,
        "create schema evil",
        "create function evil.hashtextextended(text, int) returns int language sql as 'select 0'",
        "create function evil.hashtextextended(text, bigint) returns bigint language sql as 'select 0'",
        "create function evil.sha256(bytea) returns bytea language sql as 'select null::bytea'",
        "create function evil.convert_to(text, text) returns bytea language sql as 'select null::bytea'",
        "create function evil.hash_record_extended(record, int) returns bigint language plpgsql as "
        "'begin return 0; end'",
        "create function evil.length(text) returns int language sql as 'select 0'",
        "create function evil.cat(text, int) returns text language sql as 'select null::text'",
        "create operator evil.|| (leftarg = text, rightarg = int, function = evil.cat)",
        f"alter database {database['dbname']} set search_path = evil, pg_catalog",
    )
    rendering = adapters.dialect("postgres").rendering
    told = rendering.fingerprint([exp.column("a"), exp.column("b")]), rendering.digest(exp.column("a"))
    listed = ", ".join(each.sql("postgres") for each in told)
    warehouse, plain = opened(database), opened(database, dsn="options='-c search_path=public'")
    select = f"select {listed} from (select 'x'::text as a, null::text as b) as t"
    assert warehouse.query(select, "test") == plain.query(select, "test")
    assert warehouse.query("select length('abc'), 'v' || 1", "test") == [(3, None)]
    warehouse.close()
    plain.close()


def test_our_sessions_have_a_name_and_their_statements_begin_with_theirs(database: Settings) -> None:
    warehouse = opened(database, application_name="marketing")
    ((name, query),) = warehouse.query(
        "select application_name, left(query, 13) from pg_stat_activity where pid = pg_backend_pid()", "run/clock"
    )
    assert name.startswith("marketing ")
    assert query == "/* run/clock "
    warehouse.close()


def test_a_lock_that_is_held_too_long_is_worth_another_try(database: Settings) -> None:
    warehouse = opened(database, lock_timeout_seconds=1)
    warehouse.execute("create table public.held (n int)", "test")
    with psycopg.connect(**database) as holder:
        holder.execute("lock table public.held")
        with pytest.raises(WarehouseBusy) as told:
            warehouse.execute("drop table public.held", "test")
    assert told.value.code == "locked"
    warehouse.execute("drop table public.held", "test")
    warehouse.close()


def test_a_statement_may_be_given_an_end_and_a_reader_has_none(database: Settings) -> None:
    warehouse = opened(database, statement_timeout_seconds=1)
    with pytest.raises(WarehouseError) as told:
        warehouse.query("select pg_sleep(5)", "test")
    assert (told.value.code, isinstance(told.value, WarehouseBusy)) == ("timeout", False)
    assert list(warehouse.stream("select 1 from pg_sleep(1.5)", "test", 10)) == [[(1,)]]
    warehouse.close()


def test_a_reader_that_is_left_in_the_middle_ends_its_session_at_once(database: Settings, warehouse: Warehouse) -> None:
    reading = warehouse.stream("select n, repeat('x', 100) from generate_series(1, 10000000) as n", "reading", 1000)
    next(reading)
    busy = "select count(*) from pg_stat_activity where datname = current_database()"
    assert warehouse.query(busy, "test") == [(2,)]
    reading.close()  # type: ignore[attr-defined]
    deadline = monotonic() + 5
    while warehouse.query(busy, "test") != [(1,)]:
        assert monotonic() < deadline
        sleep(0.01)


def test_a_load_that_fails_in_the_middle_leaves_nothing(warehouse: Warehouse) -> None:
    warehouse.execute("create table public.loaded (n int not null, t text)", "test")

    def rows() -> Iterator[tuple[Any, ...]]:
        yield from ((n, "x") for n in range(100_000))
        yield (None, "secret-value")

    with pytest.raises(WarehouseError) as told:
        warehouse.load("public", "loaded", ("n", "t"), rows())
    assert "secret" not in str(told.value)
    assert warehouse.query("select count(*) from public.loaded", "test") == [(0,)]
    warehouse.load("public", "loaded", ("n",), [(1,)])
    assert warehouse.query("select count(*) from public.loaded", "test") == [(1,)]


def test_text_with_a_nul_is_refused_without_being_told(warehouse: Warehouse) -> None:
    warehouse.execute("create table public.loaded (t text)", "test")
    with pytest.raises(WarehouseError) as told:
        warehouse.load("public", "loaded", ("t",), [("secret\0value",)])
    assert (told.value.code, "secret" in str(told.value)) == ("statement", False)


ERRORS = {
    "select * from nowhere": "missing",
    "select nothing": "missing",
    "select no_such_function(1)": "missing",
    "select * from no_schema.people": "missing",
    "selec 1": "statement",
    "select cast('secret-value' as integer)": "statement",
    "select 1 / 0": "statement",
    "select cast(n as regclass) from public.one": "missing",
    "insert into public.one values ('secret-value')": "warehouse",
    "select (select n from public.one union all select 'b')": "warehouse",
}


@pytest.mark.parametrize("sql", ERRORS)
def test_an_error_has_our_code_and_quotes_no_value(warehouse: Warehouse, sql: str) -> None:
    warehouse.execute("create table public.one (n text primary key)", "test")
    warehouse.execute("insert into public.one values ('secret-value')", "test")
    with pytest.raises(WarehouseError) as told:
        warehouse.query(sql, "test")
    assert (told.value.code, "secret" in str(told.value)) == (ERRORS[sql], False)


CANNOT = {
    "another password": ({"password": "wrong", "user": "careful"}, "credentials"),
    "a role that is not there": ({"user": "nobody_at_all"}, "credentials"),
    "a database that is not there": ({"dbname": "nowhere"}, "missing"),
    "a port that nobody listens at": ({"port": 1}, "connection"),
    "a host that is not there": ({"host": "nowhere.invalid"}, "connection"),
    "TLS where there is none": ({"sslmode": "require"}, "connection"),
    "a broken DSN": ({"dsn": "host=1 secret-password"}, "connection"),
}


@pytest.mark.parametrize("what", CANNOT)
def test_what_keeps_us_from_connecting_has_a_code(postgres: Settings, what: str) -> None:
    more, code = CANNOT[what]
    with pytest.raises(WarehouseError) as told:
        opened(postgres, **more)
    assert (told.value.code, "secret" in str(told.value)) == (code, False)


def test_a_server_without_a_free_connection_says_so(database: Settings) -> None:
    admin(database, "create role crowded login connection limit 1")
    first = opened(database, user="crowded")
    with pytest.raises(WarehouseError) as told:
        opened(database, user="crowded")
    assert told.value.code == "quota"
    first.close()


def test_a_database_of_another_encoding_is_read_and_written(postgres: Settings) -> None:
    admin(postgres, "create database latin encoding 'LATIN1' template template0")
    warehouse = opened(postgres, dbname="latin")
    warehouse.execute("create table public.t (t text)", "test")
    warehouse.load("public", "t", ("t",), [("é",)])
    sql = "select t, encode(sha256(convert_to(t, 'UTF8')), 'hex') = encode(sha256('\\xc3a9'), 'hex') from public.t"
    assert warehouse.query(sql, "test") == [("é", True)]
    with pytest.raises(WarehouseError) as told:
        warehouse.load("public", "t", ("t",), [("東",)])
    assert told.value.code == "statement"
    warehouse.close()


def test_a_database_whose_letters_are_not_known_is_refused(postgres: Settings) -> None:
    admin(postgres, "create database bytes encoding 'SQL_ASCII' template template0")
    with pytest.raises(WarehouseError, match="SQL_ASCII"):
        opened(postgres, dbname="bytes")


@pytest.fixture(scope="module")
def secured(postgres: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Path]]:
    """A server that speaks TLS as localhost and asks for a certificate; the folder has ours, and two authorities.

    The server of the wheel is built without TLS: it is spoken to through a proxy that has it.
    """
    folder = tmp_path_factory.mktemp("tls")
    authority, stranger = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.crt"))
    stranger.cert_pem.write_to_path(str(folder / "stranger.crt"))
    ours = authority.issue_cert("careful@example.com")
    ours.private_key_pem.write_to_path(str(folder / "client.key"))
    (folder / "client.key").chmod(0o600)
    ours.cert_chain_pems[0].write_to_path(str(folder / "client.crt"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    context.load_verify_locations(folder / "authority.crt")
    context.verify_mode = ssl.CERT_REQUIRED
    with proxy(int(postgres["port"]), context) as speaking:
        yield {**postgres, "host": "localhost", "port": speaking.port, "sslmode": "verify-full"}, folder


OURS = {"sslrootcert": "authority.crt", "sslcert": "client.crt", "sslkey": "client.key"}


def test_a_server_with_tls_is_known_by_its_authority_and_knows_us(
    secured: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, folder = secured
    monkeypatch.chdir(folder)
    warehouse: Any = opened(settings, **OURS)
    assert warehouse.query("select 1", "test") == [(1,)]
    assert warehouse.session.connection.pgconn.ssl_in_use
    warehouse.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"sslrootcert": "stranger.crt"},
        {"sslrootcert": "nowhere.crt"},
        {"host": "127.0.0.1"},
        {"sslcert": "nowhere.crt"},
    ],
    ids=["another authority", "no authority", "another name", "no certificate of ours"],
)
def test_tls_that_does_not_hold_is_an_error_of_the_connection(
    secured: tuple[Settings, Path], wrong: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, folder = secured
    monkeypatch.chdir(folder)
    with pytest.raises(WarehouseError, match="TLS") as refused:
        opened({**settings, **OURS, **wrong})
    assert refused.value.code == "connection"


def test_two_first_runs_at_once_are_no_error_of_the_catalogue(database: Settings) -> None:
    """Twenty times two sessions make the same schema, table and view at once."""
    pair = [opened(database), opened(database)]
    for round_ in range(20):
        statements = [
            f"create schema if not exists s{round_}",
            f"create table if not exists s{round_}.t (n int)",
            f"create view s{round_}.v as select n from s{round_}.t",
        ]
        ended = [raced(pair, statement) for statement in statements]
        assert {name for names in ended for name in names} <= {"done", "WarehouseBusy", "AlreadyExists"}
        assert all("done" in names for names in ended)
    for each in pair:
        each.close()


def raced(pair: list[Warehouse], statement: str) -> list[str]:
    ended: list[str] = []

    def act(warehouse: Warehouse) -> None:
        try:
            warehouse.execute(statement, "test")
            ended.append("done")
        except WarehouseError as error:
            ended.append(type(error).__name__)

    threads = [Thread(target=act, args=(each,)) for each in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended
