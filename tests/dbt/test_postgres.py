"""examples/shop on PostgreSQL, built by a real dbt: connected as dbt is, and gated by what it could not make."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.emulators.dbt import dbt
from tests.shop import ROOT
from warehouse_sync.sandbox import TOKEN, Sandbox

TWICE = """\
models:
  - name: newsletter
    columns:
      - name: customer_id
        data_tests: [unique]
"""


def broken_shop(folder: Path, url: str) -> Path:
    """The example with a model that cannot be built, and another sync, of a model whose test fails."""
    shop = Path(shutil.copytree(ROOT / "examples" / "shop", folder / "shop"))
    (shop / "wsync.yml").write_text((shop / "wsync.yml").read_text().replace("http://127.0.0.1:8321", url))
    (shop / "models" / "orders.sql").write_text("select * from no_such_table")
    (shop / "models" / "newsletter.sql").write_text("select customer_id, email from {{ ref('raw_customers') }}")
    (shop / "models" / "newsletter.yml").write_text(TWICE)
    (shop / "syncs" / "newsletter.yml").write_text(
        "source: ref('newsletter')\nprimary_key: customer_id\ndestination: facebook\n"
        "audience: {name: Newsletter}\nmapping: {EMAIL: email}\n"
    )
    return shop


@pytest.mark.sweep
def test_the_example_on_postgres_is_connected_by_its_profile_and_gated(
    tmp_path: Path, postgres: dict[str, Any]
) -> None:
    with psycopg.connect(**postgres, autocommit=True) as server:
        server.execute("drop database if exists dbt_shop")
        server.execute("create database dbt_shop")
    settings = {
        "PGHOST": str(postgres["host"]),
        "PGPORT": str(postgres["port"]),
        "PGUSER": str(postgres["user"]),
        "PGDATABASE": "dbt_shop",
        "DBT_ENV_SECRET_PGPASSWORD": "not asked for",
        "DBT_TARGET": "prod",
    }
    with Sandbox.start() as sandbox:
        shop = broken_shop(tmp_path, sandbox.url)
        dbt(shop, "build", environ=settings, code=1)
        told = wsync(shop, "run", {**settings, "FACEBOOK_TOKEN": TOKEN})
        assert told.returncode == 6, told.stdout + told.stderr
        tokens = {each.name: each.tokens for each in sandbox.summary()}
    assert tokens == {"Shop customers": {"EMAIL": 10, "PHONE": 9}}
    with psycopg.connect(**{**postgres, "dbname": "dbt_shop"}) as server:
        runs = "select connection_id, status, error_code, dbt_invocation_id is null from wsync.runs order by 1"
        assert server.execute(runs).fetchall() == [
            ("best_customers", "skipped", "dbt_model_skipped", False),
            ("customers", "partial", None, False),
            ("newsletter", "skipped", "dbt_test_failed", False),
        ]


def wsync(folder: Path, command: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A command in a process that knows the warehouse by dbt's variables only."""
    told = [sys.executable, "-c", "from warehouse_sync.cli import main; main()", command]
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "DBT_"))}
    environ = {**kept, "PYTHONPATH": str(ROOT), **environ}
    return subprocess.run(told, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False)
