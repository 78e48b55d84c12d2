"""The life of a sync over PostgreSQL, through the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.shop import BUYERS, Row, Shop, people
from warehouse_sync.sandbox import Sandbox

Sql = Callable[[str], list[tuple[Any, ...]]]


class PostgresShop(Shop):
    """The same shop with its tables in a PostgreSQL database of their own."""

    def __init__(self, folder: Path, sandbox: Sandbox, server: dict[str, Any]) -> None:
        self.server = server
        super().__init__(folder, sandbox)
        self.sql("drop schema if exists wsync_cli cascade")

    def main_file(self, url: str | None = None, more: str = "") -> None:
        super().main_file(url, more)
        path, server = self.folder / "wsync.yml", self.server
        warehouse = "warehouse: {{type: postgres, host: {host}, port: {port}, user: {user}, dbname: {dbname}}}"
        text = path.read_text().replace("warehouse: {type: duckdb, path: shop.duckdb}", warehouse.format(**server))
        path.write_text(text + "state_schema: wsync_cli\n")

    def sql(self, statement: str, rows: Any = None) -> list[tuple[Any, ...]]:
        with psycopg.connect(**self.server, autocommit=True) as connection, connection.cursor() as cursor:
            if rows is not None:
                cursor.executemany(statement.replace("?", "%s"), list(rows))
                return []
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def customers(self, *rows: Row, table: str = "cli_customers") -> None:
        super().customers(*rows, table=table)


@pytest.fixture
def shop(tmp_path: Path, postgres: dict[str, Any]) -> Iterator[PostgresShop]:
    with Sandbox.start() as sandbox:
        made = PostgresShop(tmp_path, sandbox, postgres)
        made.sync("buyers", BUYERS.replace("main.customers", "public.cli_customers"))
        made.customers(*people(4))
        yield made


def test_a_sync_lives_its_life(shop: PostgresShop) -> None:
    shop.wsync("check")
    plan = shop.json("plan", "buyers", "--sample", "1")
    assert plan["plan"][0]["identities"] == 4
    shop.wsync("apply", plan["run_id"])
    assert shop.members == 4
    shop.customers(*people(3))
    shop.wsync("run")
    assert shop.json("status")["syncs"][0]["members"] == {"member": 3}
    assert shop.json("explain", "buyers", "2")["members"][0]["state"] == "member"
    assert shop.json("test-record", "buyers", "2")["answers"][0]["status"] == "succeeded"
    assert shop.json("forget", "buyers", "3")["receipt"]["complete"]
    assert shop.members == 2
    (shop.folder / "syncs/buyers.yml").rename(shop.folder / "syncs/shoppers.yml")
    shop.wsync("rename", "buyers", "shoppers")
    assert shop.json("run")["runs"][0]["counts"]["unchanged_keys"] == 3
    shop.wsync("resync", "shoppers")
    shop.wsync("prune")
    shop.wsync("compile")
    assert shop.members == 2
    assert len(shop.json("log", "shoppers", "--rows", "100")["log"]) >= 8
    assert shop.json("abandon", "shoppers", "--yes")["abandoned"]["members"] == 2


def test_a_source_that_may_not_be_read_is_told_at_check(shop: PostgresShop) -> None:
    shop.sql("drop table cli_customers")
    bad = [line for line in shop.json("check", code=3)["checks"] if not line["ok"]]
    assert [line["what"] for line in bad] == ["source public.cli_customers"]
    shop.customers(*people(4))
