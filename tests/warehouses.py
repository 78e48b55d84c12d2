"""The table of warehouses that the contract suite runs on: how each is opened, and how it names what we need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from warehouse_sync import adapters
from warehouse_sync.adapters import Warehouse, settings_model


@dataclass(frozen=True)
class Place:
    """One warehouse under test: `open` connects, `schema` is where the tests put their source tables."""

    name: str
    schema: str
    open: Callable[[], Warehouse]


def duckdb_place(folder: Path) -> Place:
    """A fresh duckdb file."""
    settings = settings_model("duckdb").model_validate({"path": str(folder / "contract.duckdb")})
    return Place("duckdb", "main", lambda: adapters.connect(settings))


def postgres_place(server: dict[str, str | int], database: str) -> Place:
    """A fresh database of a running server."""
    import psycopg

    with psycopg.connect(**server, autocommit=True) as admin:  # type: ignore[arg-type]
        admin.execute(f"create database {database}".encode())
    settings = settings_model("postgres").model_validate({**server, "dbname": database})
    return Place("postgres", "public", lambda: adapters.connect(settings))
