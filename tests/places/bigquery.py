"""A dataset of an emulated project; the emulator is a process of its own (`tests/emulators/bigquery.py`)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.emulators import bigquery
from tests.places import Engine, Place


def settings(address: str, **told: Any) -> dict[str, Any]:
    return {"project": bigquery.PROJECT, "api_endpoint": address, "anonymous": True, **told}


def place(request: pytest.FixtureRequest) -> Place:
    name = uuid4().hex[:12]
    made = Place(
        ENGINE,
        settings(request.getfixturevalue("bigquery")),
        f"shop_{name}",
        f"wsync_{name}",
    )
    warehouse = made.open()
    warehouse.execute(f"create schema `{made.schema}`", "test")
    warehouse.close()
    return made


ENGINE = Engine(
    name="bigquery",
    place=place,
    types={
        "text": "STRING",
        "integer": "INT64",
        "bigint": "INT64",
        "whole decimal": "NUMERIC(20, 0)",
        "decimal": "NUMERIC(12, 2)",
        "float": "FLOAT64",
        "boolean": "BOOL",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
        "timestamp without zone": "DATETIME",
        "uuid": "STRING",
    },
    refused={"array": "ARRAY<STRING>", "json": "JSON", "bytes": "BYTES", "struct": "STRUCT<a INT64>"},
    differences={
        "test_times_are_utc_whatever_the_zone_of_the_server": "the emulator knows no other zone than UTC",
    },
    absent=bigquery.absent,
)
