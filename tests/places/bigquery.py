"""A dataset of an emulated project; the emulator is a process of its own (`tests/emulators/bigquery.py`)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.emulators import bigquery
from tests.places import Engine, Place
from warehouse_sync.adapters import Warehouse


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
    request.addfinalizer(lambda: _gone(made, warehouse))
    return made


def _gone(made: Place, warehouse: Warehouse) -> None:
    """Every statement looks through all tables of the emulator, so that those of tests gone by would slow it down."""
    for schema in (made.schema, made.state):
        warehouse.execute(f"drop schema if exists `{schema}` cascade", "test")
    warehouse.close()


def verdict() -> str:
    from tests import test_bigquery_analyzer

    return test_bigquery_analyzer.verdict()


NO_UUID = "BigQuery has no type for them: they are text"
NO_QUOTES = "BigQuery's names have no quotes in them"
NO_SCALE = "a query's columns come without their scale, so that a key must be cast to INT64 or STRING"

ENGINE = Engine(
    name="bigquery",
    place=place,
    types={
        "text": "STRING",
        "integer": "INT64",
        "bigint": "INT64",
        "whole decimal": "NUMERIC",
        "decimal": "NUMERIC",
        "float": "FLOAT64",
        "boolean": "BOOL",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
        "timestamp without zone": "DATETIME",
        "uuid": "STRING",
    },
    refused={"array": "ARRAY<STRING>", "json": "JSON", "bytes": "BYTES", "struct": "STRUCT<a INT64>"},
    differences={
        "test_a_column_may_have_this_name[double quotes]": NO_QUOTES,
        "test_a_column_may_have_this_name[back quote]": NO_QUOTES,
        "test_a_table_may_have_this_name[double quotes]": NO_QUOTES,
        "test_of_two_runs_that_start_together_exactly_one_owns_the_sync": "of two who make one table at once the "
        "emulator tells the second of its storage (invalidQuery), not that the table is there",
        "test_columns_that_differ_by_case_alone_are_two": "BigQuery's columns do not tell case apart",
        "test_a_column_is_described_by_its_name_and_kind[uuid]": NO_UUID,
        "test_values_come_as_python_has_them[uuid]": NO_UUID,
        "test_a_column_is_described_by_its_name_and_kind[whole decimal]": NO_SCALE,
        "test_a_key_of_this_type_is_logged_as_its_text[whole decimal]": NO_SCALE,
        "test_a_composite_key_may_hold_any_key[whole decimal]": NO_SCALE,
        "test_times_are_utc_whatever_the_zone_of_the_server": "the emulator knows no other zone than UTC",
        "test_the_grants_that_are_told_are_those_that_a_run_needs": "the emulator lets everybody in",
        "test_an_error_has_the_code_of_what_to_do": "the emulator lets everybody in and is never busy; answers of the "
        "real service are played in tests/test_bigquery_jobs.py, and told by reason in tests/test_bigquery.py",
    },
    slow=frozenset(
        {
            "test_a_column_may_have_this_name",
            "test_a_composite_key_may_hold_any_key",
            "test_a_crash_is_made_good_by_the_next_run",
            "test_a_key_of_this_type_is_logged_as_its_text",
            "test_a_table_may_have_this_name",
            "test_an_answer_lost_at_any_call_changes_nothing",
        }
    ),
    usual=frozenset(
        {
            "test_two_runs_of_a_project_give_the_same_members_and_log_whatever_its_warehouse",
            "test_a_column_is_described_by_its_name_and_kind",
            "test_a_schema_that_is_not_there_has_no_tables",
        }
    ),
    absent=bigquery.absent,
    through=bigquery.EMULATOR.replace("==", " "),
    verdict=verdict,
)
