"""Redshift's adapter and SQL on a database of the session's PostgreSQL, through `tests/emulators/redshift_shims.py`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from tests.emulators.redshift_shims import FUNCTIONS, NOT_SHOWN, shimmed
from tests.places import Engine, Place
from tests.places.postgres import as_admin, fresh_database, in_tokyo, stranger
from tests.places.postgres_faults import faults
from warehouse_sync.adapters import redshift_session

connected = redshift_session.connected

NO_UUID = "Redshift has no type for them: they are text"


def through_shims(**facts: Any) -> Any:
    """A connection to PostgreSQL that takes Redshift's SQL."""
    return shimmed(connected(**facts))


def place(request: pytest.FixtureRequest) -> Place:
    request.getfixturevalue("monkeypatch").setattr(redshift_session, "connected", through_shims)
    server = fresh_database(request, "redshift")
    as_admin(server)(FUNCTIONS)
    settings = {**server, "sslmode": "disable"}
    poor = {**stranger(server), "sslmode": "disable"}
    made = Place(ENGINE, settings, "public", elsewhere=in_tokyo(server), poor=poor, grant=as_admin(server))
    told = faults("redshift", settings, poor, statement_timeout_seconds=2)
    return replace(made, faults={**told, "busy": lambda: busy(made)})


def busy(made: Place) -> None:
    """Loses to another transaction, as Redshift says it."""
    with closing(made.open()) as warehouse:
        warehouse.query("SELECT ANOTHER_TRANSACTION_WON()", "test")


ENGINE = Engine(
    name="redshift",
    place=place,
    types={
        "text": "varchar(65535)",
        "integer": "integer",
        "bigint": "bigint",
        "whole decimal": "numeric(20, 0)",
        "decimal": "numeric(12, 2)",
        "float": "double precision",
        "boolean": "boolean",
        "date": "date",
        "timestamp": "timestamptz",
        "timestamp without zone": "timestamp",
        "uuid": "varchar(36)",
    },
    refused={"array": "SUPER", "json": "SUPER", "bytes": "VARBYTE(16)", "struct": "SUPER"},
    differences={
        "test_a_column_is_described_by_its_name_and_kind[uuid]": NO_UUID,
        "test_values_come_as_python_has_them[uuid]": NO_UUID,
        "test_long_sync_names_that_begin_alike_have_tables_of_their_own": "names have up to 127 bytes there, and 63 in "
        "the PostgreSQL that it runs on here",
    },
    through=f"PostgreSQL and shims; not shown: {', '.join(NOT_SHOWN)}",
)
