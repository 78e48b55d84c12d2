"""The dbt package's SQL for every warehouse: rendered as dbt would, read by sqlglot, and by BigQuery's own analyzer.

A real dbt runs it on duckdb and PostgreSQL (test_package.py); here are the others.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jinja2
import pytest
import sqlglot
import yaml
from sqlglot import exp

from tests.emulators.googlesql import Judge

PACKAGE = Path(__file__).parent.parent.parent / "integrations" / "dbt"
STATE = Path(__file__).parent.parent / "golden" / "sql" / "bigquery" / "state"
FOLDERS = ("models/staging", "models/marts", "tests")
FILES = [path for folder in FOLDERS for path in sorted((PACKAGE / folder).glob("*.sql"))]
WAREHOUSES = ("duckdb", "postgres", "redshift", "snowflake", "bigquery")
DATEDIFF = {
    "postgres": "extract(epoch from ({1}) - ({0}))",
    "bigquery": "datetime_diff(cast({1} as datetime), cast({0} as datetime), {2})",
}
"""How dbt's adapters write `dbt.datediff` (dbt-adapters and dbt-bigquery, read 2026-11-22)."""


def rendered(path: Path, warehouse: str) -> str:
    """A file of the package as the adapter of a warehouse would have it run, relations in the dataset `wsync`."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    macros = (PACKAGE / "macros" / "times.sql").read_text()

    class Warehouse:
        """The macros of the package under its name, dispatched as dbt does."""

        @staticmethod
        def _macro(name: str, *given: str) -> str:
            found = environment.from_string(macros, told).module
            macro = getattr(found, f"{warehouse}__{name}", None) or getattr(found, f"default__{name}")
            return str(macro(*given))

        def utc(self, column: str) -> str:
            return self._macro("utc", column)

        def utc_now(self) -> str:
            return self._macro("utc_now")

    class Dbt:
        @staticmethod
        def datediff(first: str, second: str, part: str) -> str:
            return DATEDIFF.get(warehouse, "datediff({2}, {0}, {1})").format(first, second, part)

    told: dict[str, Any] = {
        "warehouse_sync": Warehouse(),
        "dbt": Dbt(),
        "source": lambda _source, table: f"wsync.{table}",
        "ref": lambda name: f"wsync.{name}",
        "var": lambda _name, default: default,
        "config": lambda **_settings: "",
    }
    return environment.from_string(path.read_text()).render(told)


@pytest.mark.parametrize("warehouse", WAREHOUSES)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_sql_of_the_warehouse_and_names_only_what_is_there(path: Path, warehouse: str) -> None:
    tree = sqlglot.parse_one(rendered(path, warehouse), read=warehouse)
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    read = {table.name for table in tree.find_all(exp.Table)} - own
    assert read <= {"runs", "sync_log", *(each.stem for each in FILES)}


def test_bigquerys_analyzer_takes_every_file() -> None:
    judge = Judge("shop")
    for name in ("runs", "sync_log"):
        judge((STATE / f"{name}.sql").read_text())
    for path in FILES:
        sql = rendered(path, "bigquery")
        judge(f"create table `wsync`.`{path.stem}` as {sql}" if "models" in path.parts else sql)
    assert judge.accepted == len(FILES) + 2


@pytest.mark.parametrize("folder", ["staging", "marts"])
def test_every_model_is_described_and_tested(folder: str) -> None:
    told = yaml.safe_load((PACKAGE / "models" / folder / f"_{folder}.yml").read_text())["models"]
    assert sorted(each["name"] for each in told) == sorted(
        path.stem for path in (PACKAGE / "models" / folder).glob("*.sql")
    )
    assert all(each["description"] and any("tests" in column for column in each["columns"]) for each in told)


def test_the_columns_that_the_package_reads_are_those_of_the_tables() -> None:
    for name, model in (("runs", "stg_wsync__runs"), ("sync_log", "stg_wsync__sync_log")):
        state = (PACKAGE.parent.parent / "sql" / "state" / f"{name}.sql").read_text()
        there = set(re.findall(r"^  ([a-z_0-9]+) [a-z]", state, re.MULTILINE))
        made = sqlglot.parse_one(rendered(PACKAGE / "models" / "staging" / f"{model}.sql", "duckdb"), read="duckdb")
        aliases = {alias.alias for alias in made.find_all(exp.Alias)}
        read = {column.name for column in made.find_all(exp.Column)} - aliases
        assert read <= there, name
