"""wsync's own tables in a second DuckDB file: the source's is only read, and given back before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.shop import WSYNC, Shop, people
from warehouse_sync.adapters import connect
from warehouse_sync.adapters.duckdb import Settings
from warehouse_sync.errors import Held, WarehouseError
from warehouse_sync.sandbox import ACCOUNT, Sandbox

APART = WSYNC.replace("path: shop.duckdb", "path: shop.duckdb, state_database: wsync.duckdb, wait_for_file: 0")


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Shop]:
    """A shop of three customers whose state is in a file of its own."""
    with Sandbox.start() as sandbox:
        made = Shop(tmp_path, sandbox)
        (tmp_path / "wsync.yml").write_text(APART.format(account=ACCOUNT, url=sandbox.url))
        made.customers(*people(3))
        yield made
        assert sandbox.journal.failures == []


def schemas(file: Path) -> set[str]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return {name for (name,) in connection.execute("select schema_name from duckdb_schemas()").fetchall()}


@pytest.mark.parametrize("source", ["main.customers", "customers", "shop.main.customers"])
def test_a_run_writes_in_its_own_file_only(apart: Shop, source: str) -> None:
    text = (apart.folder / "syncs" / "buyers.yml").read_text()
    apart.sync("buyers", text.replace("{table: main.customers}", source))
    before = (apart.folder / "shop.duckdb").read_bytes()
    apart.wsync("run")
    apart.customers(*people(4)[1:])
    after = (apart.folder / "shop.duckdb").read_bytes()
    told = apart.json("run")["runs"][0]["counts"]
    assert (told["succeeded_insert"], told["succeeded_delete"], told["unchanged_keys"]) == (1, 1, 2)
    assert (apart.folder / "shop.duckdb").read_bytes() == after != before
    assert "wsync" not in schemas(apart.folder / "shop.duckdb")
    assert "wsync" in schemas(apart.folder / "wsync.duckdb")
    assert apart.members == 3
    assert apart.json("status")["syncs"][0]["members"] == {"member": 3}


def test_the_source_can_be_written_while_something_is_sent(apart: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from warehouse_sync.delivery import Sender

    written: list[int] = []
    send = Sender.send

    def meanwhile(self: Sender, pages: object) -> object:
        with duckdb.connect(str(apart.folder / "shop.duckdb")) as dbt:
            written.extend(n for (n,) in dbt.execute("delete from customers where id = 3 returning id").fetchall())
        return send(self, pages)  # type: ignore[arg-type]

    monkeypatch.setattr(Sender, "send", meanwhile)
    apart.wsync("run")
    assert (written, apart.members) == ([3], 3)


def test_what_holds_the_source_is_named(apart: Shop) -> None:
    with duckdb.connect(str(apart.folder / "shop.duckdb")):
        told = apart.spawn("run")
        said = told.communicate(timeout=60)
    assert told.returncode == 75, said
    assert "open in another process" in said[1]


def test_two_connections_of_one_process_share_both_files(apart: Shop) -> None:
    settings = Settings(path=str(apart.folder / "shop.duckdb"), state_database=apart.folder / "wsync.duckdb")
    one, two = connect(settings), connect(settings)
    one.release()  # type: ignore[attr-defined]
    assert two.query("select count(*) from customers", "count") == [(3,)]
    two.release()  # type: ignore[attr-defined]
    with pytest.raises(WarehouseError):
        two.query("select count(*) from customers", "count")
    again = connect(settings)
    assert again.query("select count(*) from main.customers", "count") == [(3,)]
    assert list(again.stream("select id from customers order by id", "ids", 2)) == [[(1,), (2,)], [(3,)]]
    for each in (one, two, again):
        each.close()


def test_a_source_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    settings = Settings(path=str(tmp_path / "shop.duckdb"), state_database=tmp_path / "wsync.duckdb")
    with pytest.raises(WarehouseError) as caught:
        connect(settings)
    assert not isinstance(caught.value, Held)
    assert not (tmp_path / "shop.duckdb").exists()
