"""DuckDB: the embedded default. One process at a time may open a database file for writing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlglot import exp

from warehouse_sync.adapters import ColumnType, Dialect, Kind, duckdb_beside, schedulers
from warehouse_sync.adapters.duckdb_beside import Beside
from warehouse_sync.errors import AlreadyExists, Held, WarehouseBusy, WarehouseError
from warehouse_sync.statements import Rendering

if TYPE_CHECKING:
    import duckdb

DIALECT = Dialect(
    name="duckdb",
    rendering=Rendering(
        dialect="duckdb",
        fingerprint=lambda columns: exp.func("hash", *columns),
        digest=lambda text: exp.Anonymous(this="sha256", expressions=[text]),
    ),
    single_writer=True,
    name_limit=200,
    default_schema="main",
    task=schedulers.DUCKDB,
)

KINDS: tuple[tuple[str, Kind], ...] = (
    (r"(VARCHAR|ENUM).*(?<!\])", "text"),
    (r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?", "integer"),
    (r"DECIMAL\(\d+,0\)", "integer"),
    (r"DECIMAL.*\)", "decimal"),
    (r"FLOAT|DOUBLE", "float"),
    (r"BOOLEAN", "boolean"),
    (r"DATE", "date"),
    (r"TIMESTAMP.*(?<!\])", "timestamp"),
    (r"UUID", "uuid"),
)


class Settings(BaseModel):
    """The `warehouse:` block for a DuckDB file."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["duckdb"] = "duckdb"
    path: str = Field(description="The database file; relative paths start at the project's folder.")
    state_database: Path | None = Field(
        None,
        description="A second file for wsync's own tables. The first one is then only read, and given back before "
        "anything is sent, so that dbt can write in it.",
    )
    memory_limit: str | None = Field(None, description="DuckDB's memory limit, for example 4GB.")
    threads: int | None = Field(None, ge=1, description="How many threads DuckDB may use.")
    wait_for_file: float = Field(
        30, ge=0, description="Seconds to wait while another process has the file open; 0 refuses at once."
    )


def connect(settings: Settings) -> DuckDB:
    """Open the file, creating it where its folder exists.

    Raises `Held`, with the patience of the settings, where another process has it open, and `WarehouseError` where
    it cannot be opened for writing.
    """
    try:
        return _open(settings)
    except Held as held:
        held.patience = settings.wait_for_file
        raise


def _open(settings: Settings) -> DuckDB:
    import duckdb

    config: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": False,
        "checkpoint_threshold": "256MB",  # not after every load
        "force_compression": "uncompressed",  # digests do not shrink, and trying costs a third of a first sync
    }
    config |= {key: value for key in ("memory_limit", "threads") if (value := getattr(settings, key)) is not None}
    engine = f"duckdb {duckdb.__version__.split('.')[0]}"
    if settings.state_database is not None:
        with _errors(f"open {Path(settings.path).name} beside {settings.state_database.name}"):
            beside = duckdb_beside.attach(Path(settings.path), settings.state_database, config)
        return DuckDB(beside.connection, engine, beside)
    with _errors(f"open {Path(settings.path).name}"):
        connection = duckdb.connect(settings.path, config=config)
        connection.execute("set timezone = 'UTC'; set enable_progress_bar = false")
    return DuckDB(connection, engine)


class DuckDB:
    """`Warehouse` over one DuckDB connection; readers get a cursor of their own, so that writes may go on."""

    dialect = DIALECT

    def __init__(self, connection: duckdb.DuckDBPyConnection, engine: str, beside: Beside | None = None) -> None:
        self.connection, self.engine, self.beside = connection, engine, beside

    def execute(self, sql: str, statement: str) -> None:
        with _errors(statement):
            self.connection.execute(sql)

    def query(self, sql: str, statement: str) -> list[tuple[Any, ...]]:
        with _errors(statement):
            return self.connection.execute(sql).fetchall()

    def stream(self, sql: str, statement: str, rows: int) -> Iterator[list[tuple[Any, ...]]]:
        cursor = self.connection.cursor()
        try:
            with _errors(statement):
                cursor.execute(self.beside.session if self.beside else "set timezone = 'UTC'")
                cursor.execute(sql)
            while True:
                with _errors(statement):
                    batch = cursor.fetchmany(rows)
                if not batch:
                    return
                yield batch
        finally:
            cursor.close()

    def load(self, schema: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        with _errors(f"load {table}"):
            appender = self.connection.appender(f'"{schema}"."{table}"', columns=list(columns))
            try:
                appender.append_rows(rows)
                appender.flush()
            finally:
                appender.clear()  # after a failure: rows that are neither written nor dropped are complained of

    def describe(self, sql: str, statement: str) -> list[ColumnType]:
        described = self.query(f"describe {sql}", statement)
        return [ColumnType(name, type_, _kind(type_)) for name, type_, *_ in described]

    def tables(self, schema: str) -> set[str]:
        return {name for (name,) in self.query(_listing(schema), "list tables")}

    def has_schema(self, schema: str) -> bool:
        schemas = exp.select("schema_name").from_("information_schema.schemata")
        here = schemas.where(exp.column("schema_name").eq(schema), "catalog_name = current_database()")
        return bool(self.query(here.sql("duckdb"), "find schema"))

    def missing_grants(self, schema: str, relations: Sequence[Sequence[str]]) -> list[str]:
        return []  # whoever may open the file may do everything in it

    def estimate(self, sql: str, statement: str) -> int | None:
        return None

    def release(self) -> None:
        """Give the source's file back, where wsync's tables are in another: sources are not read any more."""
        if self.beside:
            self.beside.release()

    def close(self) -> None:
        self.release()
        self.connection.close()


@cache
def _listing(schema: str) -> str:
    listing = exp.select("table_name").from_("information_schema.tables")
    return listing.where(exp.column("table_schema").eq(schema), "table_catalog = current_database()").sql("duckdb")


def _kind(type_: str) -> Kind:
    return next((kind for pattern, kind in KINDS if re.fullmatch(pattern, type_)), "other")


HOLDER = re.compile(r"(lock is held|already open) in\s+(?P<program>.+?) \(PID (?P<pid>\d+)\)")
LOCKED = re.compile(r"Could not set lock on file")


@contextmanager
def _errors(statement: str) -> Iterator[None]:
    """Turn a driver's error into ours. Only errors about names keep its first line: the others may quote data."""
    import duckdb

    try:
        yield
    except duckdb.CatalogException as error:
        if "already exists" in str(error):
            raise AlreadyExists("the table exists already", statement=statement, code="exists") from None
        raise WarehouseError(_first_line(error), statement=statement, code="missing") from None
    except (duckdb.BinderException, duckdb.ParserException) as error:
        code = "missing" if "not found" in _first_line(error) else "statement"
        raise WarehouseError(_first_line(error), statement=statement, code=code) from None
    except duckdb.DataError as error:
        told = f"a value does not fit its type ({type(error).__name__})"
        raise WarehouseError(told, statement=statement, code="statement") from None
    except duckdb.TransactionException as error:
        if FULL.search(str(error)):
            raise _disk_full(statement) from None
        raise WarehouseBusy("another statement changed the same rows", statement=statement, code="conflict") from None
    except duckdb.IOException as error:
        raise _io_error(str(error), statement) from None
    except duckdb.OutOfMemoryException:
        raise WarehouseError(
            "DuckDB ran out of memory; raise warehouse.memory_limit or free disk space for its temporary files",
            statement=statement,
            code="memory",
        ) from None
    except duckdb.Error as error:
        if FULL.search(str(error)):
            raise _disk_full(statement) from None
        raise WarehouseError(f"DuckDB refused it ({type(error).__name__})", statement=statement) from None


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


FULL = re.compile(r"No space left|File too large|Could not write|disk")


def _disk_full(statement: str) -> WarehouseError:
    return WarehouseError(
        "the disk is full, or a file may not grow further; free space and run again: nothing is lost",
        statement=statement,
        code="disk_full",
    )


def _io_error(text: str, statement: str) -> Exception:
    holder = HOLDER.search(text)
    if holder or LOCKED.search(text):
        who = f"{Path(holder['program']).name} (PID {holder['pid']})" if holder else "one that cannot be seen from here"
        return Held(
            f"the database file is open in another process: {who}; wait until it ends, or stop it, and run again"
        )
    if FULL.search(text):
        return _disk_full(statement)
    if "Cannot open file" in text or "Permission denied" in text or "read-only" in text.lower():
        return WarehouseError(
            "the database file cannot be opened for writing; check warehouse.path, its folder and its permissions",
            statement=statement,
            code="cannot_open",
        )
    return WarehouseError("DuckDB could not read or write its file", statement=statement, code="io")
