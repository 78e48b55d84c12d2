"""The grants that a role needs on PostgreSQL: `check` prints what is missing, the documents tell what suffices."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlglot

from tests.shop import BUYERS, Shop
from warehouse_sync import adapters
from warehouse_sync.checking import relations
from warehouse_sync.model import Source
from warehouse_sync.sandbox import Sandbox

number = itertools.count()
DOCUMENT = Path(__file__).parent.parent / "docs" / "warehouses.md"
MERGED = Path(__file__).parent.parent / "docs" / "warehouses.md"

TABLE = """
create table {} as
select n as id, 'p' || n || '@example.com' as email, '+4930123456' || n as phone, 'Ulm' as city
from generate_series(1, 3) as n
"""


class Poor(Shop):
    """A shop whose warehouse's role may do nothing yet; `admin` is the administrator's hand."""

    def __init__(self, folder: Path, sandbox: Sandbox, server: dict[str, Any]) -> None:
        name = f"grants_{next(number)}"
        self.server, self.role = {**server, "dbname": name}, f"role_{name}"
        with psycopg.connect(**server, autocommit=True) as connection:
            connection.execute(f"create database {name}".encode())
            connection.execute(f"create role {self.role} login".encode())
        self.admin("create schema marts", TABLE.format("marts.customers"))
        super().__init__(folder, sandbox)

    def admin(self, *statements: str) -> None:
        with psycopg.connect(**self.server, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def main_file(self, url: str | None = None, more: str = "") -> None:
        super().main_file(url, more)
        told = {**self.server, "user": self.role}
        block = "warehouse: {{type: postgres, host: {host}, port: {port}, user: {user}, dbname: {dbname}}}".format(
            **told
        )
        path = self.folder / "wsync.yml"
        path.write_text(path.read_text().replace("warehouse: {type: duckdb, path: shop.duckdb}", block))

    def bad(self) -> list[dict[str, Any]]:
        """The lines of `check` that do not hold."""
        lines = self.json("check", code=self.wsync("check", code=None).exit_code)["checks"]
        return [line for line in lines if not line["ok"]]


@pytest.fixture
def poor(tmp_path: Path, postgres: dict[str, Any]) -> Iterator[Poor]:
    with Sandbox.start() as sandbox:
        made = Poor(tmp_path, sandbox, postgres)
        made.sync("buyers", BUYERS.replace("main.customers", "marts.customers"))
        yield made


def test_what_check_prints_is_all_that_is_missing(poor: Poor) -> None:
    told = [(line["what"], line["remedy"]) for line in poor.bad()]
    assert told == [
        ("schema wsync", f"grant create on database {poor.server['dbname']} to {poor.role}"),
        (
            "source marts.customers",
            f"grant usage on schema marts to {poor.role}; grant select on marts.customers to {poor.role}",
        ),
    ]
    poor.admin(*(statement for _, remedy in told for statement in remedy.split("; ")))
    assert poor.bad() == []
    poor.wsync("run")
    poor.wsync("run")
    assert poor.members == 3


def test_a_schema_that_the_administrator_made_needs_no_right_on_the_database(poor: Poor) -> None:
    poor.admin("create schema wsync")
    state, source = poor.bad()
    assert state["remedy"] == f"grant usage, create on schema wsync to {poor.role}"
    poor.admin(state["remedy"], *source["remedy"].split("; "))
    poor.wsync("run")
    assert poor.members == 3


def test_tables_of_another_role_in_the_schema_are_its_members_to_drop(poor: Poor) -> None:
    first = poor.role
    for line in poor.bad():
        poor.admin(*line["remedy"].split("; "))
    poor.wsync("run")
    poor.role = f"{first}_next"
    poor.admin(f"create role {poor.role} login")
    poor.main_file()
    for line in poor.bad():
        poor.admin(*line["remedy"].split("; "))
    assert poor.bad() == []
    poor.wsync("run")


def test_a_querys_tables_are_asked_for_one_by_one(poor: Poor) -> None:
    poor.admin(TABLE.format('marts."Odd Name"'), f"grant create on database {poor.server['dbname']} to {poor.role}")
    query = (
        'with own as (select * from marts."Odd Name") select c.* from Marts.Customers as c join own on own.id = c.id'
    )
    (poor.folder / "both.sql").write_text(query)
    poor.sync("buyers", BUYERS.replace("{table: main.customers}", "{query_file: both.sql}"))
    (line,) = poor.bad()
    assert set(line["remedy"].split("; ")) == {
        f"grant usage on schema marts to {poor.role}",
        f'grant select on marts."Odd Name" to {poor.role}',
        f"grant select on marts.customers to {poor.role}",
    }
    poor.admin(*line["remedy"].split("; "))
    assert poor.bad() == []


def test_a_source_without_schema_is_looked_for_on_the_roles_path(poor: Poor) -> None:
    poor.admin(f"alter role {poor.role} set search_path = nowhere, marts",
               f"grant create on database {poor.server['dbname']} to {poor.role}")  # fmt: skip
    poor.sync("buyers", BUYERS.replace("main.customers", "customers"))
    (line,) = poor.bad()
    poor.admin(*line["remedy"].split("; "))
    assert poor.bad() == []


def test_the_documented_grants_are_exactly_enough(poor: Poor) -> None:
    text = (DOCUMENT if DOCUMENT.exists() else MERGED).read_text(encoding="utf-8")
    found = re.search(r"<!-- postgres grants -->\s*```sql\n(.*?)```", text, re.DOTALL)
    assert found
    grants = found[1].replace("analytics", str(poor.server["dbname"])).replace("wsync_runner", poor.role)
    poor.admin(
        f"drop role {poor.role}", *(tree.sql("postgres") for tree in sqlglot.parse(grants, read="postgres") if tree)
    )
    assert poor.bad() == []
    poor.wsync("run")
    assert poor.members == 3


QUERIES = {
    "select * from a.b": [("a", "b")],
    'select * from A.B join "C" on true': [("a", "b"), ("C",)],
    "with x as (select * from b), y as (select * from x) select * from y": [("b",)],
    "select * from (select * from db.a.b) as t where id in (select id from c)": [("db", "a", "b"), ("c",)],
    "with b as (select 1) select * from a.b": [("a", "b")],
    "select 1 from generate_series(1, 2) as n": [],
}


@pytest.mark.parametrize("query", QUERIES)
def test_the_tables_of_a_query_are_those_it_does_not_define_itself(query: str) -> None:
    found = relations(Source(query=query, label="query"), adapters.dialect("postgres").rendering)
    assert sorted(found) == sorted(QUERIES[query])
