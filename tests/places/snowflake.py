"""An account that fakesnow plays, in the environment of `tests/emulators/venvs.py`."""

from __future__ import annotations

import secrets
from importlib.util import find_spec
from typing import Any

import pytest

from tests.emulators.fake_snowflake import Account, account
from tests.places import Engine, Place
from warehouse_sync.adapters.snowflake import Settings, connect

LOGIN = 390100
REQUIREMENTS = ("fakesnow[server]==0.12.1", "snowflake-connector-python==4.8.1", "psycopg[binary]>=3.2")
"""The last one is what the table of engines imports."""


def absent() -> str | None:
    return (
        None if find_spec("fakesnow") else "fakesnow is in an environment of its own: tests/contract/test_emulated.py"
    )


def opened(request: pytest.FixtureRequest) -> Account:
    """An account of its own for one test."""
    context = account()
    request.addfinalizer(lambda: context.__exit__(None, None, None))
    return context.__enter__()


def settings(**told: Any) -> dict[str, Any]:
    plain = {"account": "fake", "user": "wsync", "database": "SHOP", "warehouse": "WSYNC_WH"}
    return {**plain, "password": secrets.token_hex(8), **told}


OWNED = [
    ("DATABASE", None, "SHOP", "OWNERSHIP"),
    ("SCHEMA", None, "PUBLIC", "OWNERSHIP"),
    ("TABLE", "PUBLIC", "PEOPLE", "OWNERSHIP"),
]


def place(request: pytest.FixtureRequest) -> Place:
    made = opened(request)
    made.server.connect(database="SHOP", schema="PUBLIC").close()
    made.privileges = list(OWNED)
    told = settings()
    return Place(ENGINE, told, "PUBLIC", elsewhere=made.in_tokyo, faults=faults(made, told))


def faults(made: Account, told: dict[str, Any]) -> dict[str, Any]:
    """Errors of the real connector, raised where Snowflake would have it raise them."""

    def raised(errno: int, sqlstate: str) -> Any:
        from snowflake.connector.errors import ProgrammingError

        def act() -> None:
            def fault(*_told: Any) -> None:
                raise ProgrammingError("Snowflake's own words", errno=errno, sqlstate=sqlstate)

            if errno == LOGIN:
                made.login = fault
            else:
                made.fault = fault
            connect(Settings(**told)).query("select 1", "test")

        return act

    return {
        "credentials": raised(LOGIN, "08001"),
        "grants": raised(3001, "42501"),
        "busy": raised(625, "57014"),
        "timeout": raised(630, "57014"),
    }


NO_UUID = "Snowflake keeps a UUID as text"

ENGINE = Engine(
    name="snowflake",
    place=place,
    types={
        "text": "VARCHAR",
        "integer": "INT",
        "bigint": "BIGINT",
        "whole decimal": "NUMBER(20, 0)",
        "decimal": "NUMBER(12, 2)",
        "float": "FLOAT",
        "boolean": "BOOLEAN",
        "date": "DATE",
        "timestamp": "TIMESTAMP_TZ",
        "timestamp without zone": "TIMESTAMP_NTZ",
        "uuid": "VARCHAR(36)",
    },
    refused={"array": "ARRAY", "json": "VARIANT", "bytes": "BINARY", "struct": "OBJECT"},
    differences={
        "test_columns_that_differ_by_case_alone_are_two": "duckdb tells no names apart by case",
        "test_the_grants_that_are_told_are_those_that_a_run_needs": "fakesnow knows no roles; "
        "tests/test_snowflake.py tests what is told",
        "test_a_column_is_described_by_its_name_and_kind[uuid]": NO_UUID,
        "test_values_come_as_python_has_them[uuid]": NO_UUID,
    },
    usual=frozenset(
        {
            "test_two_runs_over_changed_data_give_the_same_members_and_log_everywhere",
            "test_two_runs_of_a_project_give_the_same_members_and_log_whatever_its_warehouse",
            "test_every_canonical_statement_runs_on_every_warehouse",
            "test_what_a_crashed_run_sent_is_settled_by_the_next",
            "test_a_column_is_described_by_its_name_and_kind",
            "test_values_come_as_python_has_them",
        }
    ),
    absent=absent,
    apart=True,
    through="fakesnow 0.12.1 with connector 4.8.1",
)
