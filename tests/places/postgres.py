"""A database of the session's PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from tests.places import Engine, Place
from tests.places.postgres_faults import faults

counter = itertools.count()
Server = dict[str, str | int]


def fresh_database(request: pytest.FixtureRequest, prefix: str) -> Server:
    """Connection settings of a database for this test alone, on the session's server; it goes with the test."""
    server: Server = request.getfixturevalue("postgres")
    name = f"{prefix}_{next(counter)}"
    as_admin(server)(f"create database {name}")
    request.addfinalizer(lambda: as_admin(server)(f"drop database {name} with (force)"))
    return {**server, "dbname": name}


def as_admin(server: Server) -> Callable[[str], None]:
    """Runs one statement as the server's administrator, on a connection of its own."""
    import psycopg

    def run(statement: str) -> None:
        with psycopg.connect(**server, autocommit=True) as admin:  # type: ignore[arg-type]
            admin.execute(statement.encode())

    return run


def in_tokyo(server: Server) -> Callable[[], None]:
    """Makes Tokyo's the zone of every new session in the database."""
    return lambda: as_admin(server)(f"alter database {server['dbname']} set timezone = 'Asia/Tokyo'")


def stranger(server: Server) -> dict[str, Any]:
    """The block of a role that may connect and nothing else."""
    role = f"stranger_{server['dbname']}"
    as_admin(server)(f"create role {role} login")
    return {**server, "user": role}


def place(request: pytest.FixtureRequest) -> Place:
    server = fresh_database(request, "contract")
    poor = stranger(server)
    return Place(
        ENGINE,
        server,
        "public",
        faults=faults("postgres", server, poor, lock_timeout_seconds=1, statement_timeout_seconds=2),
        elsewhere=in_tokyo(server),
        poor=poor,
        grant=as_admin(server),
    )


ENGINE = Engine(
    name="postgres",
    place=place,
    types={
        "text": "text",
        "integer": "integer",
        "bigint": "bigint",
        "whole decimal": "numeric(20, 0)",
        "decimal": "numeric(12, 2)",
        "float": "double precision",
        "boolean": "boolean",
        "date": "date",
        "timestamp": "timestamptz",
        "timestamp without zone": "timestamp",
        "uuid": "uuid",
    },
    refused={"array": "text[]", "json": "jsonb", "bytes": "bytea", "struct": "int4range"},
    not_executed={"run/source_rows": "a materialised CTE is read once"},
)
