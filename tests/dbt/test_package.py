"""The dbt package over wsync's own tables, and the exposures, in the hands of a real dbt after real runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests import dbt_files
from tests.emulators.dbt import dbt
from tests.shop import BUYERS, Shop, people, shop
from tests.test_cli_postgres import PostgresShop
from warehouse_sync.lineage import Graph
from warehouse_sync.sandbox import Sandbox

__all__ = ["shop"]

PACKAGE = Path(__file__).parent.parent.parent / "integrations" / "dbt"
PROJECT = """\
name: shop
version: "1.0"
config-version: 2
profile: shop
vars: {wsync_schema: STATE}
"""
SOURCES = """\
version: 2
sources:
  - name: raw
    schema: SCHEMA
    tables: [{name: TABLE}]
"""
MODEL = """\
{{ config(meta={'owner': 'Audiences'}) }}
select * from {{ source('raw', 'TABLE') }}
"""


def dbt_project(shop: Shop, output: str, schema: str, table: str, state: str) -> None:
    """A dbt project around the shop: its model is the source of the sync, the package is installed beside."""
    files = {
        "dbt_project.yml": PROJECT.replace("STATE", state),
        "profiles.yml": f"shop: {{target: dev, outputs: {{dev: {output}}}}}\n",
        "packages.yml": f"packages: [{{local: {PACKAGE}}}]\n",
        "models/sources.yml": SOURCES.replace("SCHEMA", schema).replace("TABLE", table),
        "models/buyers.sql": MODEL.replace("TABLE", table),
    }
    for name, text in files.items():
        (shop.folder / name).parent.mkdir(exist_ok=True)
        (shop.folder / name).write_text(text)
    shutil.copytree(PACKAGE, shop.folder / "dbt_packages" / "warehouse_sync")


def ran(shop: Shop, table: str) -> None:
    """Three runs and a plan: joined, left, invalid and unchanged."""
    shop.customers(*people(30), (31, "not an address", None, None), table=table)
    shop.wsync("run", code=6)
    shop.customers(*people(28), (31, "not an address", None, None), table=table)
    shop.wsync("plan")
    shop.wsync("run", code=6)
    shop.wsync("run", code=6)


def told(shop: Shop, schema: str) -> dict[str, Any]:
    """What the package's models say, by model."""
    day = datetime.now(UTC).date()
    errors = shop.sql(
        "select sync_name, error_code, log_rows, keys_affected, runs_affected, rows_in_newest_run "
        f"from {schema}.wsync_errors_by_sync"
    )
    counts = shop.sql(
        "select runs, succeeded_inserts, succeeded_deletes, failed_rows, invalid_rows "
        f"from {schema}.wsync_daily_counts where day >= date '{day}'"
    )
    keys = shop.sql(
        "select primary_key, inserts, deletes, last_operation, last_status "
        f"from {schema}.wsync_operations_by_key where primary_key in ('1', '30', '31') order by primary_key"
    )
    fresh = shop.sql(f"select sync_name, last_status, freshness from {schema}.wsync_freshness")
    return {"errors": errors, "counts": counts, "keys": keys, "fresh": fresh}


SAID = {
    "errors": [("buyers", "no_valid_identifier", 3, 1, 3, 1)],
    "counts": [(4, 30, 2, 0, 4)],
    "keys": [("1", 1, 0, "insert", "succeeded"), ("30", 1, 1, "delete", "succeeded"), ("31", 0, 0, None, "failed")],
    "fresh": [("buyers", "partial", "fresh")],
}


def exposed(shop: Shop) -> Any:
    """The manifest of the real dbt."""
    return json.loads((shop.folder / "target" / "manifest.json").read_text())


def test_on_duckdb_the_package_builds_and_the_exposures_are_in_the_lineage(shop: Shop) -> None:
    dbt_project(shop, "{type: duckdb, path: shop.duckdb}", "main", "customers", "wsync")
    dbt_files.manifest(
        shop.folder / "target" / "manifest.json",
        dbt_files.source("raw", "customers"),
        dbt_files.model("buyers", "source.shop.raw.customers", config={"meta": {"owner": "Audiences"}}),
    )
    (shop.folder / "wsync.yml").write_text((shop.folder / "wsync.yml").read_text().replace(
        "warehouse: {type: duckdb, path: shop.duckdb}", "dbt: {}"))  # fmt: skip
    shop.sync("buyers", BUYERS.replace("{table: main.customers}", "ref('buyers')"))
    shop.customers()
    shop.sql("create view main.buyers as select * from main.customers")
    ran(shop, "customers")
    file = str(shop.folder / "models" / "wsync.yml")
    shop.wsync("dbt", "exposures", "--output", file)
    shop.wsync("dbt", "exposures", "--output", file, "--check")
    dbt(shop.folder, "build")
    assert told(shop, "main") == SAID
    exposure = exposed(shop)["exposures"]["exposure.shop.wsync_buyers"]
    assert exposure["depends_on"]["nodes"] == ["model.shop.buyers"]
    assert (exposure["type"], exposure["owner"]["name"]) == ("application", "Audiences")
    assert exposure["meta"]["wsync"]["audience"] == {"name": "Buyers"}
    assert exposed(shop)["child_map"]["model.shop.buyers"] == ["exposure.shop.wsync_buyers"]
    shop.wsync("dbt", "exposures", "--output", file, "--check")
    daily = Graph(shop.folder / "target" / "manifest.json").columns("model.warehouse_sync.wsync_daily_counts")
    assert daily is not None and {"sync_name", "day", "runs", "failed_rows"} <= daily


@pytest.fixture
def postgres_shop(tmp_path: Path, postgres: dict[str, Any]) -> Iterator[PostgresShop]:
    with Sandbox.start() as sandbox:
        yield PostgresShop(tmp_path, sandbox, postgres)


@pytest.mark.sweep
def test_on_postgres_the_package_builds_its_docs_show_it_and_its_tests_can_fail(postgres_shop: PostgresShop) -> None:
    shop, server = postgres_shop, postgres_shop.server
    output = (
        f"{{type: postgres, host: {server['host']}, port: {server['port']}, user: {server['user']}, password: none, "
        f"dbname: {server['dbname']}, schema: analytics}}"
    )
    shop.sync("buyers", BUYERS.replace("main.customers", "public.cli_customers"))
    ran(shop, "cli_customers")
    dbt_project(shop, output, "public", "cli_customers", "wsync_cli")
    dbt(shop.folder, "deps")
    dbt(shop.folder, "build")
    assert told(shop, "analytics") == SAID
    dbt(shop.folder, "source", "freshness")
    shop.wsync("dbt", "exposures", "--output", str(shop.folder / "models" / "wsync.yml"))
    dbt(shop.folder, "docs", "generate")
    assert (shop.folder / "target" / "catalog.json").exists()
    assert "exposure.shop.wsync_buyers" in exposed(shop)["child_map"]["source.shop.raw.cli_customers"]
    shop.sql("update wsync_cli.sync_log set status = 'nonsense' where primary_key = '1'")
    assert "wsync_known_words" in dbt(shop.folder, "test", code=1)
