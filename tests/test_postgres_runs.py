"""Whole runs on PostgreSQL: types, names, first runs at once, a user's own view, poolers' and roles' settings."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest

from tests.engine import a_sync
from tests.members import Members, connector
from warehouse_sync import adapters
from warehouse_sync.adapters import Warehouse, settings_model
from warehouse_sync.errors import ConfigError, Held
from warehouse_sync.ledger.core import Ledger
from warehouse_sync.model import AudienceSpec, Mapped, Ports, Source
from warehouse_sync.runner import Request, Result, Runner

number = itertools.count()


class Place:
    """A database and one sync of a table in it to the tiny destination."""

    def __init__(self, server: dict[str, Any]) -> None:
        self.server = {**server, "dbname": f"runs_{next(number)}"}
        with psycopg.connect(**server, autocommit=True) as connection:
            connection.execute(f"create database {self.server['dbname']}".encode())
        self.members, self.state = Members(), "wsync"
        self.sync = replace(a_sync(), source=Source(("public", "people"), label="people"))

    def sql(self, *statements: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(**self.server, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def open(self) -> Warehouse:
        return adapters.connect(settings_model("postgres").model_validate(self.server))

    def ledger(self, warehouse: Warehouse) -> Ledger:
        return Ledger(warehouse, self.state, self.sync, Ports())

    def run(self, members: Members | None = None) -> Result:
        warehouse = self.open()
        try:
            return Runner(self.ledger(warehouse), connector(members or self.members), Ports()).run(Request())
        finally:
            warehouse.close()

    @property
    def emails(self) -> set[str]:
        return {value for name, value in self.members.tokens if name == "EMAIL"}


@pytest.fixture
def place(postgres: dict[str, Any]) -> Iterator[Place]:
    yield Place(postgres)


PEOPLE = "create table public.people (id bigint, email text, phone text, city text)"
ANN = "insert into public.people values (1, 'ann@example.com', null, null)"
BOB = "insert into public.people values (2, 'bob@example.com', null, null)"

MADE = """
create extension if not exists citext;
create type mood as enum ('sad', 'Very Glad');
create domain address as text check (value like '%@%');
create schema "Odd S"; create type "Odd S"."My Word" as enum ('Über')
"""

TAKEN = {
    "smallint": ("7", "7"),
    "bigint": ("-9223372036854775808", "-9223372036854775808"),
    "numeric(20, 0)": ("12345678901234567890", "12345678901234567890"),
    "numeric(6, 2)": ("1.5", "1.50"),
    "numeric": ("1e3", "1000"),
    "real": ("0.1", "0.1"),
    "double precision": ("0.30000000000000004", "0.30000000000000004"),
    "boolean": ("true", "True"),
    "date": ("'2026-11-22'", "2026-11-22"),
    "timestamp": ("'2026-11-22 10:00:00.5'", "2026-11-22 10:00:00.500000"),
    "timestamptz": ("'2026-11-22 10:00:00+02'", "2026-11-22 08:00:00+00:00"),
    "char(9)": ("'Ulm'", "Ulm"),
    "varchar(9)": ("'Ulm '", "Ulm "),
    '"char"': ("'U'", "U"),
    "name": ("'Ulm'", "Ulm"),
    "uuid": ("'00000000-0000-0000-0000-000000000007'", "00000000-0000-0000-0000-000000000007"),
    "mood": ("'Very Glad'", "Very Glad"),
    '"Odd S"."My Word"': ("'Über'", "Über"),
    "citext": ("'ULM'", "ULM"),
    "address": ("'x@y'", "x@y"),
}


@pytest.mark.parametrize("type_", TAKEN)
def test_a_value_of_this_type_is_read_and_kept_in_snapshots(place: Place, type_: str) -> None:
    value, told = TAKEN[type_]
    if type_ == "citext" and not place.sql("select 1 from pg_available_extensions where name = 'citext'"):
        pytest.skip("this server comes without citext")
    place.sql(*(MADE.split(";") if "citext" in MADE else ()))
    place.sql(
        f"create table public.people as select 1 as id, 'ann@example.com' as email, cast({value} as {type_}) as city"
    )
    place.sync = replace(
        place.sync, mapping=(Mapped("EMAIL", "email"), Mapped("CITY", "city")), snapshot="rows", primary_key=("id",)
    )
    place.run()
    warehouse = place.open()
    assert [str(city) for ((city,),) in warehouse.stream("select city from people", "test", 1)] == [told]
    warehouse.close()
    place.sql("update public.people set email = 'bob@example.com'")
    place.run()
    assert place.emails == {"bob@example.com"}


REFUSED = {
    "text[]": "array['x']",
    "json": "'{}'",
    "jsonb": "'{}'",
    "bytea": "'x'",
    "money": "1",
    "interval": "'1 day'",
    "time": "'10:00'",
    "inet": "'::1'",
    "int4range": "'[1,2)'",
    "point": "'(1,2)'",
    "mood[]": "array['sad']::mood[]",
    "pair": "row(1, 2)",
}


@pytest.mark.parametrize("type_", REFUSED)
def test_a_type_that_no_field_takes_is_refused_with_the_remedy(place: Place, type_: str) -> None:
    place.sql("create type mood as enum ('sad')", "create type pair as (a int, b int)")
    place.sql(f"create table public.people as select 1 as id, cast({REFUSED[type_]} as {type_}) as email")
    place.sync = replace(place.sync, mapping=(Mapped("EMAIL", "email"),))
    with pytest.raises(ConfigError, match="cast it to text") as told:
        place.run()
    assert type_ in str(told.value).replace("_", "") or type_ in str(told.value)


@pytest.mark.parametrize(
    ("type_", "value", "key"),
    [
        ("mood", "'Very Glad'", "Very Glad"),
        ("address", "'x@y'", "x@y"),
        ("uuid", "'00000000-0000-0000-0000-000000000007'", "00000000-0000-0000-0000-000000000007"),
        ("char(5)", "'ab'", "ab"),
        ("numeric(9, 0)", "7", "7"),
        ("citext", "'Ann'", "Ann"),
    ],
)
def test_a_key_may_be_of_this_type(place: Place, type_: str, value: str, key: str) -> None:
    place.sql(*MADE.split(";"))
    place.sql(f"create table public.people as select cast({value} as {type_}) as id, 'ann@example.com' as email")
    place.sync = replace(place.sync, mapping=(Mapped("EMAIL", "email"),))
    place.run()
    assert place.run().counts["unchanged_keys"] == 1
    assert place.sql("select primary_key from wsync.sync_log") == [(key,)]
    place.sql("truncate public.people")
    place.run()
    assert place.emails == set()


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "10000-01-01", "0044-03-15 BC"])
@pytest.mark.parametrize("type_", ["date", "timestamp", "timestamptz"])
def test_a_time_that_python_has_none_of_stops_no_run(place: Place, type_: str, moment: str) -> None:
    place.sql(f"create table public.people as select 1 as id, 'ann@example.com' as email, {type_} '{moment}' as city")
    place.sync = replace(place.sync, mapping=(Mapped("EMAIL", "email"), Mapped("CITY", "city")))
    place.run()
    assert place.emails == {"ann@example.com"}


def test_a_generated_column_and_odd_names_are_read_as_any_other(place: Place) -> None:
    place.sql(
        'create schema "Mixed Case"',
        'create table "Mixed Case"."Select" ("ID" int, "from" text, "E-Mail" text generated always as '
        "(\"from\" || '@example.com') stored)",
        'insert into "Mixed Case"."Select" values (1, \'ann\')',
    )
    source = Source(("Mixed Case", "Select"), label="odd")
    place.sync = replace(place.sync, source=source, primary_key=("ID",), mapping=(Mapped("EMAIL", "E-Mail"),))
    place.state = "Group"
    place.run()
    assert place.run().counts["unchanged_keys"] == 1
    assert place.emails == {"ann@example.com"}
    assert place.sql('select count(*) from "group".mirror_people') == [(1,)]


def test_a_long_name_ends_in_a_digest_and_two_of_them_differ(place: Place) -> None:
    place.sql(PEOPLE, ANN)
    for last in "ab":
        place.sync = replace(place.sync, name="a" * 62 + last, audience=AudienceSpec(name=last))
        place.run()
        assert place.run().counts["unchanged_keys"] == 1
    names = [name for (name,) in place.sql("select relname from pg_class where relname like 'mirror_aaa%'")]
    assert len(names) == 2
    assert max(map(len, names)) <= 63


def test_somebodys_view_on_the_baseline_stops_no_run_and_shows_the_newest(place: Place) -> None:
    place.sql(PEOPLE, ANN)
    place.run()
    place.sql("create view public.reached as select primary_key, baseline_run_id from wsync.baseline_people")
    place.sql(BOB)
    for _ in range(4):
        last = place.run()
        assert (last.status, last.warnings) == ("succeeded", ())
    assert place.sql("select distinct baseline_run_id from public.reached") == [(last.run_id,)]
    assert len(place.sql("select 1 from pg_class where relname like 'snapshot_people_%'")) == 2
    assert place.sql("select phase, count(*) from wsync.runs group by phase") == [("settled", 5)]


def test_a_baseline_that_cannot_be_shown_under_somebodys_view_is_told(place: Place) -> None:
    place.sql(PEOPLE, ANN)
    place.run()
    place.sql("create view public.reached as select primary_key from wsync.baseline_people")
    place.sql("alter table public.people alter column id type text")
    told = place.run()
    assert told.status == "succeeded"
    assert [warning.split(":")[0] for warning in told.warnings] == ["view baseline_people shows an older baseline"]


def test_somebodys_view_on_a_snapshot_keeps_it_until_it_is_gone(place: Place) -> None:
    place.sql(PEOPLE, ANN)
    place.run()
    ((snapshot,),) = place.sql("select relname from pg_class where relname like 'snapshot_people_%'")
    place.sql(f"create view public.first as select * from wsync.{snapshot}")
    assert [place.run().status for _ in range(3)] == ["succeeded"] * 3
    assert place.sql(f"select count(*) from wsync.{snapshot}") == [(1,)]
    place.sql("drop view public.first")
    place.run()
    assert place.sql(f"select 1 from pg_class where relname = '{snapshot}'") == []


def test_of_two_first_runs_at_once_one_wins_and_the_other_is_held(place: Place) -> None:
    """Twenty times on an empty database schema: both make the schema, its tables and views, and claim."""
    place.sql(PEOPLE, ANN)
    for round_ in range(20):
        place.state = f"round_{round_}"
        members = Members()
        ended = together(place, members)
        assert set(map(type, ended)) <= {Result, Held}, ended
        assert any(isinstance(each, Result) for each in ended)
        assert members.tokens == {("EMAIL", "ann@example.com")}
        assert len(members.requests) == 1


def together(place: Place, members: Members) -> list[Any]:
    start, ended = Barrier(2), list[Any]()

    def act() -> None:
        start.wait()
        try:
            ended.append(place.run(members))
        except BaseException as error:
            ended.append(error)

    threads = [Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def test_rows_that_a_policy_hides_are_an_error_where_the_role_says_so(place: Place) -> None:
    role = f"hidden_{place.server['dbname']}"
    place.sql(PEOPLE, ANN, BOB)
    place.sql(
        f"create role {role} login",
        f"grant create on database {place.server['dbname']} to {role}",
        f"grant select on public.people to {role}",
        "alter table public.people enable row level security",
        "create policy one on public.people using (id = 1)",
    )
    place.server["user"] = role
    place.run()
    assert place.emails == {"ann@example.com"}
    place.server["user"] = "postgres"
    place.sql(f"alter role {role} set row_security = off")
    place.server["user"] = role
    with pytest.raises(Exception, match="row-level security"):
        place.run()
