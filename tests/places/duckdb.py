"""A duckdb file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from tests.places import Engine, Place
from warehouse_sync import adapters
from warehouse_sync.adapters import Warehouse

ONE_PROCESS = "one process writes a duckdb file: there is nobody to race with"
NO_ROLES = "whoever may open the file may do everything in it"


def place(request: pytest.FixtureRequest) -> Place:
    folder: Path = request.getfixturevalue("tmp_path")
    path = folder / "contract.duckdb"
    return Place(
        ENGINE, {"path": str(path)}, "main", elsewhere=lambda: in_tokyo(path), faults={"busy": lambda: busy(path)}
    )


def opened(path: Path) -> Warehouse:
    return adapters.connect(adapters.settings_model("duckdb").model_validate({"path": str(path)}))


def in_tokyo(path: Path) -> None:
    """Makes Tokyo's the zone of every new session in this process."""
    with closing(opened(path)) as warehouse:
        warehouse.execute("set global timezone = 'Asia/Tokyo'", "test")


def busy(path: Path) -> None:
    """Two connections of one process change the same row."""
    with closing(opened(path)) as one, closing(opened(path)) as other:
        one.execute("create table contended as select 1 as one", "test")
        one.execute("begin transaction", "test")
        one.execute("update contended set one = 2", "test")
        other.execute("update contended set one = 3", "test")


ENGINE = Engine(
    name="duckdb",
    place=place,
    types={
        "text": "varchar",
        "integer": "integer",
        "bigint": "bigint",
        "whole decimal": "decimal(20, 0)",
        "decimal": "decimal(12, 2)",
        "float": "double",
        "boolean": "boolean",
        "date": "date",
        "timestamp": "timestamptz",
        "timestamp without zone": "timestamp",
        "uuid": "uuid",
    },
    refused={"array": "varchar[]", "json": "json", "bytes": "blob", "struct": "struct(a integer)"},
    differences={
        "test_an_error_has_the_code_of_what_to_do[credentials]": NO_ROLES,
        "test_an_error_has_the_code_of_what_to_do[grants]": NO_ROLES,
        "test_an_error_has_the_code_of_what_to_do[timeout]": "a statement runs in this process, and is never cut short",
        "test_the_grants_that_are_told_are_those_that_a_run_needs": NO_ROLES,
        "test_of_two_runs_that_start_together_exactly_one_owns_the_sync": ONE_PROCESS,
        "test_a_living_claim_is_respected": "one process writes a duckdb file: a claim one can read is a dead run's",
        "test_columns_that_differ_by_case_alone_are_two": "duckdb's names do not tell case apart",
    },
    not_executed={"run/source_rows": "a materialised CTE is read once"},
)
