"""PostgreSQL's types: the kinds that rules are made of, and how their values are read whatever the session says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from warehouse_sync.adapters import ColumnType, Kind

if TYPE_CHECKING:
    import psycopg
    from psycopg.abc import Buffer, Loader

KINDS: tuple[tuple[str, Kind], ...] = (
    (r'(text|varchar|character varying|bpchar|char|"char"|character|name)(\(\d+\))?', "text"),
    (r"int2|int4|int8|smallint|integer|bigint|oid", "integer"),
    (r"numeric\(\d+, ?0\)", "integer"),
    (r"numeric.*\)?(?<!\])", "decimal"),
    (r"float4|float8|real|double precision", "float"),
    (r"bool|boolean", "boolean"),
    (r"date", "date"),
    (r"timestamp.*(?<!\])", "timestamp"),
    (r"uuid", "uuid"),
)

TOLD = """
select t.oid, pg_catalog.format_type(t.oid, null), t.typtype = 'e' or t.typcategory = 'S'
from pg_catalog.pg_type as t where t.oid in ({oids})
"""
"""Types that an extension or a user made: their name, and whether their values are words (enumerations, citext)."""


def kind(type_: str) -> Kind:
    """The kind of a type that the server has of its own."""
    return next((kind for pattern, kind in KINDS if re.fullmatch(pattern, type_)), "other")


def columns(found: Sequence[psycopg.Column], ask: Callable[[str], list[tuple[Any, ...]]]) -> list[ColumnType]:
    """A result's columns. `ask` runs a query: for types the driver does not know. Domains come as what they are of."""
    strange = {column.type_code for column in found if column.type_display.isdecimal()}
    made = {row[0]: row[1:] for row in (ask(TOLD.format(oids=", ".join(map(str, strange)))) if strange else [])}
    return [_column(column, made) for column in found]


def _column(column: psycopg.Column, made: dict[int, tuple[str, bool]]) -> ColumnType:
    if column.type_code not in made:
        return ColumnType(column.name, column.type_display, kind(column.type_display))
    name, words = made[column.type_code]
    return ColumnType(column.name, name, "text" if words else "other")


def _moment(text: str) -> datetime | str:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return found.astimezone(UTC) if found.tzinfo else found


def _day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _unpadded(text: str) -> str:
    return text.rstrip(" ")


READ: dict[str, Callable[[str], Any]] = {
    "date": _day,
    "timestamp": _moment,
    "timestamptz": _moment,
    "bpchar": _unpadded,
}
"""How values are read. Times are UTC, whatever zone and style the session has outside its statements; what Python
cannot hold (infinity, years before 1 or after 9999) stays text, for the rules to refuse. char(n) comes without the
blanks that fill it up, as the server casts it to text: a key has one spelling."""


def loaders() -> dict[str, type[Loader]]:
    """A psycopg loader for each type of `READ`."""
    from psycopg.adapt import Loader

    def loader(read: Callable[[str], Any]) -> type[Loader]:
        class Read(Loader):
            def load(self, data: Buffer) -> Any:
                return read(bytes(data).decode())

        return Read

    return {name: loader(read) for name, read in READ.items()}
