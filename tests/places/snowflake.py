"""An account that fakesnow plays, in the environment of `tests/emulators/venvs.py`."""

from __future__ import annotations

import secrets
from importlib.util import find_spec
from typing import Any

import pytest

from tests.emulators.fake_snowflake import Account, account
from tests.places import Engine, Place

REQUIREMENTS = ("fakesnow==0.12.1", "snowflake-connector-python==4.8.1")


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


def place(request: pytest.FixtureRequest) -> Place:
    made = opened(request)
    made.server.connect(database="SHOP", schema="PUBLIC").close()
    return Place(ENGINE, settings(), "PUBLIC", elsewhere=made.in_tokyo)


def versions() -> str:
    from importlib.metadata import version

    return f"fakesnow {version('fakesnow')}, connector {version('snowflake-connector-python')}"


ENGINE = Engine(
    name="snowflake",
    place=place,
    types={
        "text": "VARCHAR",
        "integer": "NUMBER(10, 0)",
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
    absent=absent,
    apart=True,
)
