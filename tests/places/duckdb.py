"""A duckdb file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.places import Engine, Place
from warehouse_sync import adapters

ONE_PROCESS = "one process writes a duckdb file: there is nobody to race with"
NO_ROLES = "whoever may open the file may do everything in it"


def place(request: pytest.FixtureRequest) -> Place:
    folder: Path = request.getfixturevalue("tmp_path")
    path = folder / "contract.duckdb"
    return Place(ENGINE, {"path": str(path)}, "main", elsewhere=lambda: in_tokyo(path))


def in_tokyo(path: Path) -> None:
    """Makes Tokyo's the zone of every new session in this process."""
    opened = adapters.connect(adapters.settings_model("duckdb").model_validate({"path": str(path)}))
    opened.execute("set global timezone = 'Asia/Tokyo'", "test")
    opened.close()


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
        "test_of_two_runs_that_start_together_exactly_one_owns_the_sync": ONE_PROCESS,
        "test_columns_that_differ_by_case_alone_are_two": "duckdb's names do not tell case apart",
    },
)
