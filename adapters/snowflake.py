"""Snowflake, by snowflake-connector-python 4 or 5 (extra `snowflake`)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import uuid4

from sqlglot import exp

from warehouse_sync.adapters import ColumnType, Dialect, Kind, schedulers
from warehouse_sync.adapters.snowflake_errors import gone, lost, translated
from warehouse_sync.adapters.snowflake_grants import missing
from warehouse_sync.adapters.snowflake_load import copied, copy_into, put, remove, staged, written
from warehouse_sync.adapters.snowflake_lost import Lost
from warehouse_sync.adapters.snowflake_session import Settings, found_as, opener, tagged
from warehouse_sync.errors import AnswerLost, WarehouseError
from warehouse_sync.statements import Rendering

__all__ = ["DIALECT", "Settings", "Snowflake", "connect"]

OVER_AT_ONCE = ("run/", "settle/", "task/")
"""Statements whose tables one run makes, and which a later run can do without."""


def rewrite(tree: exp.Expr, name: str) -> exp.Expr:
    """Digests are BINARY(16); the tables of a run are transient and keep no history (no Time Travel, no Fail-safe).

    Permanent tables are kept 7 days in Fail-safe after a drop, and billed
    (docs.snowflake.com/en/user-guide/tables-temp-transient, read 2026-11-22).
    """
    for type_ in list(tree.find_all(exp.DataType)):
        if type_.is_type(exp.DType.UUID):
            type_.replace(exp.DataType.build("BINARY(16)", dialect="snowflake"))
    if isinstance(tree, exp.Create) and tree.kind == "TABLE" and name.startswith(OVER_AT_ONCE):
        keeps = exp.Property(this=exp.var("DATA_RETENTION_TIME_IN_DAYS"), value=exp.Literal.number(0))
        tree.set("properties", exp.Properties(expressions=[exp.TransientProperty(), keeps]))
    return tree


DIALECT = Dialect(
    name="snowflake",
    rendering=Rendering(
        "snowflake",
        fingerprint=lambda columns: exp.Anonymous(this="HASH", expressions=list(columns)),
        digest=lambda text: exp.Anonymous(this="SHA2", expressions=[text, exp.Literal.number(256)]),
        digest_text=lambda column: exp.Anonymous(this="HEX_ENCODE", expressions=[column, exp.Literal.number(0)]),
        fold=str.upper,
        rewrite=rewrite,
        reads_cte_once=False,
    ),
    name_limit=255,
    default_schema="PUBLIC",
    task=schedulers.SNOWFLAKE,
)


RESUMED = 3
"""How often one stream's result is opened again."""


PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")


class Described(NamedTuple):
    """What the connector says of a column (PEP 249, in Snowflake's order)."""

    name: str
    type_code: int
    display_size: int | None
    internal_size: int | None
    precision: int | None
    scale: int | None
    is_nullable: bool | None


KINDS: dict[int, tuple[str, Kind]] = {
    1: ("FLOAT", "float"),
    2: ("VARCHAR", "text"),
    3: ("DATE", "date"),
    4: ("TIMESTAMP_NTZ", "timestamp"),
    5: ("VARIANT", "other"),
    6: ("TIMESTAMP_LTZ", "timestamp"),
    7: ("TIMESTAMP_TZ", "timestamp"),
    8: ("TIMESTAMP_NTZ", "timestamp"),
    9: ("OBJECT", "other"),
    10: ("ARRAY", "other"),
    11: ("BINARY", "other"),
    12: ("TIME", "other"),
    13: ("BOOLEAN", "boolean"),
    14: ("GEOGRAPHY", "other"),
    15: ("GEOMETRY", "other"),
    16: ("VECTOR", "other"),
    17: ("MAP", "other"),
}
"""Types by the connector's type codes, the same in 4.8 and 5.2; 0 is NUMBER."""


def connect(settings: Settings) -> Snowflake:
    """Log in.

    Raises `ConfigError` where the driver is missing or a key cannot be read, `WarehouseError` where Snowflake cannot be
    reached or refuses the credentials.
    """
    return Snowflake(opener(settings), settings)


class Snowflake:
    """`Warehouse` over one connection; each statement and each stream has a cursor of its own, so both may go on."""

    dialect = DIALECT
    engine = "snowflake"
    """Without a version: Snowflake documents HASH as deterministic, and has no releases to choose from."""

    def __init__(
        self, opened: Callable[[], Any], settings: Settings, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.opened, self.settings, self.sleep = opened, settings, sleep
        self.connection = opened()

    def execute(self, sql: str, statement: str) -> None:
        self._run(sql, statement, _closed, enough=True)
        if statement == "create schema":
            self._reopen()  # making a schema moves the session into it, and a user's SQL would be read there

    def query(self, sql: str, statement: str) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self._run(
            sql, statement, lambda cursor: [tuple(row) for row in cursor.fetchall()]
        )
        return rows

    def stream(self, sql: str, statement: str, rows: int) -> Iterator[list[tuple[Any, ...]]]:
        """The connector fetches a result's chunks a few ahead and drops each after it was read: memory stays flat.

        Where a connection or a chunk's address (they expire after some hours) is lost, the same result is opened again.
        """
        cursor, read = self._opened_stream(sql, statement), 0
        query_id = cursor.sfqid
        try:
            while True:
                batch, cursor = self._batch(cursor, rows, read, query_id, statement)
                if not batch:
                    return
                read += len(batch)
                yield batch
        finally:
            cursor.close()

    def _opened_stream(self, sql: str, statement: str) -> Any:
        for again in range(RESUMED + 1):
            try:
                return self._run(sql, statement, _itself)
            except AnswerLost:
                if again == RESUMED:
                    raise
        raise AssertionError("the last try returns or raises")

    def _batch(self, cursor: Any, rows: int, read: int, query_id: str, statement: str) -> tuple[list[Any], Any]:
        """The next rows after those read, and the cursor that goes on from there."""
        for again in range(RESUMED + 1):
            try:
                if again:
                    cursor = self._resumed(query_id, read)
                return cursor.fetchmany(rows), cursor
            except Exception as error:  # noqa: BLE001 - the connector lets errors of its HTTP client through
                if not lost(error):
                    raise self._told_apart(error, statement) from None
            self._reopen()
        raise WarehouseError("the connection was lost again and again", statement=statement, code="connection")

    def _resumed(self, query_id: str, read: int) -> Any:
        """A result as it stands in Snowflake (for 24 hours), after the rows that were read before."""
        cursor = self.connection.cursor()
        cursor.get_results_from_sfqid(query_id)
        while read:
            read -= len(cursor.fetchmany(min(read, 10_000))) or read
        return cursor

    def load(self, schema: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """By PUT and COPY through the table's own stage; COPY is one transaction, and takes the files away."""
        target, named = self._spelled(schema, table), [self._plain(name) for name in columns]
        place = staged(target)
        with written(rows) as files:
            if not files.rows:
                return
            try:
                self._run(put(files.folder, place), f"load {table}", _closed)
                arrived = self._run(copy_into(target, named, place), f"load {table}", copied)
            except WarehouseError:
                with suppress(WarehouseError):
                    self._run(remove(place), f"load {table}", _closed)
                raise
        if arrived != files.rows:
            raise WarehouseError(f"{arrived} of {files.rows} rows arrived", statement=f"load {table}")

    def describe(self, sql: str, statement: str) -> list[ColumnType]:
        whole = f"select * from (\n{sql}\n) as d"
        found = self._told(lambda: self.connection.cursor().describe(whole), statement)
        return [column_type(Described(*tuple(column)[:7])) for column in found or ()]

    def tables(self, schema: str) -> set[str]:
        listing = exp.select("TABLE_NAME").from_("INFORMATION_SCHEMA.TABLES")
        listing = listing.where(exp.column("TABLE_SCHEMA").eq(self._plain(schema)))
        return {str(name).lower() for (name,) in self.query(listing.sql("snowflake"), "list tables")}

    def has_schema(self, schema: str) -> bool:
        named = exp.select("SCHEMA_NAME").from_("INFORMATION_SCHEMA.SCHEMATA")
        named = named.where(exp.column("SCHEMA_NAME").eq(self._plain(schema)))
        return bool(self.query(named.sql("snowflake"), "find schema"))

    def missing_grants(self, schema: str, relations: Sequence[Sequence[str]]) -> list[str]:
        names = (self._plain(schema), found_as(self.settings.database), found_as(self.settings.warehouse))
        return missing(self.query, *names, relations)

    def estimate(self, sql: str, statement: str) -> int | None:
        return None  # Snowflake bills the time a virtual warehouse runs, not bytes

    def close(self) -> None:
        with suppress(Exception):
            self.connection.close()

    # -- one statement -------------------------------------------------------------------------------------------

    def _run(self, sql: str, statement: str, read: Callable[[Any], Any], *, enough: bool = False) -> Any:
        """Run a statement under a query tag that only it has; what `read` makes of its cursor.

        Where the answer is lost, the tag tells on a new connection what became of the statement: with `enough`, that it
        succeeded is all there is to know.
        """
        tag = tagged(self.settings.query_tag, statement, uuid4().hex)
        try:
            cursor = self.connection.cursor()
            cursor.execute(sql, _statement_params={"QUERY_TAG": tag})
            return read(cursor)
        except Exception as error:  # noqa: BLE001 - the connector lets errors of its HTTP client through
            if not lost(error):
                raise self._told_apart(error, statement) from None
        self._reopen()
        if Lost(self.connection, self.sleep).ended(tag, statement) and enough:
            return None
        raise AnswerLost("the answer was lost on its way", statement=statement, code="connection")

    def _told(self, act: Callable[[], Any], statement: str) -> Any:
        """Do something that changes nothing, with its errors told as ours."""
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - as above
            if not lost(error):
                raise self._told_apart(error, statement) from None
        self._reopen()
        raise AnswerLost("the answer was lost on its way", statement=statement, code="connection")

    def _told_apart(self, error: Exception, statement: str) -> WarehouseError:
        if gone(error):
            self._reopen()
        return translated(error, statement)

    def _reopen(self) -> None:
        self.close()
        self.connection = self.opened()

    # -- names ---------------------------------------------------------------------------------------------------

    def _spelled(self, schema: str, table: str) -> exp.Table:
        return exp.table_(self._plain(table), db=self._plain(schema), quoted=True)

    def _plain(self, name: str) -> str:
        """wsync's own names as Snowflake spells them; a name that needs quoting is what it is."""
        return name.upper() if PLAIN.fullmatch(name) else name


def _itself(cursor: Any) -> Any:
    return cursor


def _closed(cursor: Any) -> None:
    cursor.close()


def column_type(column: Described) -> ColumnType:
    """A column as wsync sees it; what the driver has no code for is `other`."""
    if column.type_code == 0:
        if column.scale is None:
            return ColumnType(column.name, "DECFLOAT", "decimal")
        kind: Kind = "decimal" if column.scale else "integer"
        return ColumnType(column.name, f"NUMBER({column.precision or 38}, {column.scale})", kind)
    return ColumnType(column.name, *KINDS.get(column.type_code, (f"of code {column.type_code}", "other")))
