"""Warehouses: one file each, every one a `Dialect` record and a class with the few methods of `Warehouse`.

A new warehouse is one file that offers `DIALECT`, `Settings` (a pydantic model with a literal `type`) and
`connect(settings) -> Warehouse`, and its name in `BUILT_IN`. Outside packages register theirs under the entry-point
group `warehouse_sync.adapters`. Drivers are imported only inside `connect`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module, metadata
from types import ModuleType
from typing import Any, Literal, NamedTuple, Protocol

from pydantic import BaseModel

from warehouse_sync.errors import ConfigError
from warehouse_sync.statements import Rendering

BUILT_IN = ("duckdb", "postgres", "snowflake", "bigquery", "redshift")

Kind = Literal["text", "integer", "decimal", "float", "boolean", "date", "timestamp", "uuid", "other"]


class ColumnType(NamedTuple):
    """A column as the warehouse describes it: its own word for the type, and the kind that rules are made of."""

    name: str
    type: str
    kind: Kind


@dataclass(frozen=True)
class TaskScript:
    """What a warehouse is to run by itself: `statements` in order, as `cron` (five fields, UTC) says.

    `name` is the task's own, `schema` the state schema, both as the server spells them. `settings` are the project's.
    """

    sync: str
    name: str
    schema: str
    cron: str
    statements: Sequence[str]
    settings: BaseModel | None = None


@dataclass(frozen=True)
class Scheduler:
    """How a warehouse runs a script by itself.

    `write` makes a file of a script: what to give to the warehouse, and in comments how. `engine` is an expression of
    its SQL that equals `Warehouse.engine`. `session` are the statements that pin what fingerprints depend on.
    """

    write: Callable[[TaskScript], str]
    engine: str
    session: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dialect:
    """What differs between warehouses, as data.

    `single_writer`: one process at a time can open the database, so a claim one can read belongs to a dead run.
    `name_limit` is the longest table name in bytes. `batch_rows` are prepared, and loaded, at a time.
    Without `task` the warehouse has nothing that runs a script.
    """

    name: str
    rendering: Rendering
    single_writer: bool = False
    name_limit: int = 63
    default_schema: str = "public"
    batch_rows: int = 10_000
    task: Scheduler | None = None


class Warehouse(Protocol):
    """A connection to one warehouse. Every statement commits by itself; times are UTC.

    Every method raises `WarehouseError` or a subclass of it, without the driver's text where that may quote data.
    Whoever raises `AnswerLost` has seen to it that the statement is over, and that the next call has a connection.
    `schema` and `table` come as wsync writes them, in lower case; an adapter spells them as its server does.
    """

    dialect: Dialect
    engine: str
    """The engine and its major version: fingerprints of one are not compared with another's."""

    def execute(self, sql: str, statement: str) -> None:
        """Run a statement whose answer does not matter. `statement` names it in errors."""

    def query(self, sql: str, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement and return all its rows; for small answers."""

    def stream(self, sql: str, statement: str, rows: int) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the answer in lists of at most `rows` rows, without holding it all; other calls may run meanwhile."""

    def load(self, schema: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Append rows by the warehouse's bulk path, all or none; 16-byte digests come as 32 hex digits."""

    def describe(self, sql: str, statement: str) -> list[ColumnType]:
        """The columns that a SELECT would return."""

    def tables(self, schema: str) -> set[str]:
        """The names of wsync's tables and views in a schema, in lower case; empty where there is no such schema."""

    def has_schema(self, schema: str) -> bool:
        """Whether the schema is there."""

    def missing_grants(self, schema: str, relations: Sequence[Sequence[str]]) -> list[str]:
        """The statements an administrator still has to run so that wsync can keep its state and read its sources.

        `relations` are names of source tables by their parts. Empty where nothing is missing or none can be told.
        """

    def estimate(self, sql: str, statement: str) -> int | None:
        """How many bytes a statement would read, by a dry run; None where the warehouse does not say."""

    def close(self) -> None:
        """Give the connection back. May be called twice."""


def names() -> tuple[str, ...]:
    """Every warehouse type that can be named in `wsync.yml`."""
    outside = metadata.entry_points(group="warehouse_sync.adapters")
    return (*BUILT_IN, *sorted(point.name for point in outside))


def _module(name: str) -> ModuleType:
    if name in BUILT_IN:
        return import_module(f"{__name__}.{name}")
    points = metadata.entry_points(group="warehouse_sync.adapters", name=name)
    if not points:
        raise ConfigError(f"there is no warehouse type {name!r}; known: {', '.join(names())}")
    module = next(iter(points)).load()
    assert isinstance(module, ModuleType)  # noqa: S101 - an outside package registered something else
    return module


def settings_model(name: str) -> type[BaseModel]:
    """The pydantic model of a `warehouse:` block of this type. Raises `ConfigError` for an unknown type."""
    model: type[BaseModel] = _module(name).Settings
    return model


def dialect(name: str) -> Dialect:
    """The dialect record of a warehouse type; needs no driver and no connection."""
    record: Dialect = _module(name).DIALECT
    return record


def connect(settings: BaseModel) -> Warehouse:
    """Open the warehouse that these settings describe.

    Raises `Held` where another process has it, `WarehouseError` where it cannot be opened or reached.
    """
    name: str = settings.type  # type: ignore[attr-defined]
    warehouse: Warehouse = _module(name).connect(settings)
    return warehouse
