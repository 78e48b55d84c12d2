"""PostgreSQL, by psycopg 3 (extra `postgres`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from sqlglot import exp

from warehouse_sync.adapters import ColumnType, Dialect, Kind
from warehouse_sync.errors import AlreadyExists, ConfigError, WarehouseBusy, WarehouseError
from warehouse_sync.statements import Rendering

if TYPE_CHECKING:
    import psycopg
    from psycopg.abc import Buffer, Loader


def fingerprint(columns: Sequence[exp.Expr]) -> exp.Expr:
    """64 bits over each column's text with its length before it, so that neither NULL nor a separator can confuse."""
    parts: list[exp.Expr] = []
    for column in columns:
        text = exp.cast(column, "text")
        told = exp.func("concat", exp.Literal.string("v"), exp.func("length", text), exp.Literal.string(":"), text)
        missing = exp.Is(this=column.copy(), expression=exp.Null())
        parts.append(exp.Case().when(missing, exp.Literal.string("n")).else_(told))
    whole = parts[0] if len(parts) == 1 else exp.func("concat", *parts)
    return exp.Anonymous(this="hashtextextended", expressions=[whole, exp.Literal.number(0)])


def digest(text: exp.Expr) -> exp.Expr:
    """`encode(sha256(convert_to(text, 'UTF8')), 'hex')`."""
    raw = exp.Anonymous(this="convert_to", expressions=[text, exp.Literal.string("UTF8")])
    hashed = exp.Anonymous(this="sha256", expressions=[raw])
    return exp.Anonymous(this="encode", expressions=[hashed, exp.Literal.string("hex")])


DIALECT = Dialect(name="postgres", rendering=Rendering("postgres", fingerprint, digest, fold=str.lower))

SESSION = (
    "-c timezone=UTC -c datestyle=ISO,YMD -c intervalstyle=postgres -c extra_float_digits=1 -c bytea_output=hex "
    "-c client_min_messages=warning"
)

KINDS: tuple[tuple[str, Kind], ...] = (
    (r"(text|varchar|bpchar|char|name|citext)(\(\d+\))?", "text"),
    (r"int2|int4|int8|smallint|integer|bigint|oid", "integer"),
    (r"numeric\(\d+, ?0\)", "integer"),
    (r"numeric.*\)?(?<!\])", "decimal"),
    (r"float4|float8|real|double precision", "float"),
    (r"bool|boolean", "boolean"),
    (r"date", "date"),
    (r"timestamp.*(?<!\])", "timestamp"),
    (r"uuid", "uuid"),
)


class Settings(BaseModel):
    """The `warehouse:` block for PostgreSQL. What is left out comes from the usual PG… variables."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["postgres"] = "postgres"
    host: str | None = Field(None, description="Host name, or the folder of a Unix socket.")
    port: int | None = Field(None, ge=1, le=65535, description="TCP port.")
    user: str | None = Field(None, description="Role to connect as.")
    password: SecretStr | None = Field(None, description="Its password.")
    dbname: str | None = Field(None, description="Database.")
    sslmode: str | None = Field(None, description="libpq's sslmode, for example verify-full.")
    dsn: SecretStr | None = Field(None, description="A whole connection string instead of the settings above.")


def connect(settings: Settings) -> Postgres:
    """Connect. Raises `WarehouseError` where the server cannot be reached or refuses the credentials."""
    try:
        import psycopg
    except ImportError:
        raise ConfigError("the PostgreSQL driver is missing; install warehouse-sync[postgres]") from None

    plain = settings.model_dump(exclude={"type", "password", "dsn"}, exclude_none=True)
    if settings.password:
        plain["password"] = settings.password.get_secret_value()
    dsn = settings.dsn.get_secret_value() if settings.dsn else ""

    def opened() -> psycopg.Connection[Any]:
        with _errors("connect"):
            connection = psycopg.connect(dsn, autocommit=True, options=SESSION, application_name="wsync", **plain)
        connection.adapters.register_loader("bpchar", _unpadded())
        return connection

    return Postgres(opened)


def _unpadded() -> type[Loader]:
    """char(n) without the blanks that fill it up, as the server casts it to text: a key has one spelling."""
    from psycopg.types.string import TextLoader

    class Unpadded(TextLoader):
        def load(self, data: Buffer) -> str:
            return str(super().load(data)).rstrip(" ")

    return Unpadded


class Postgres:
    """`Warehouse` over psycopg: one connection for statements, one more for each open stream."""

    dialect = DIALECT

    def __init__(self, opened: Any) -> None:
        self.opened = opened
        self.connection: psycopg.Connection[Any] = opened()
        self.engine = f"postgres {self.connection.info.server_version // 10000}"

    def execute(self, sql: str, statement: str) -> None:
        with _errors(statement):
            self.connection.execute(sql.encode())

    def query(self, sql: str, statement: str) -> list[tuple[Any, ...]]:
        with _errors(statement):
            return self.connection.execute(sql.encode()).fetchall()

    def stream(self, sql: str, statement: str, rows: int) -> Iterator[list[tuple[Any, ...]]]:
        reader = self.opened()
        try:
            with _errors(statement), reader.cursor() as cursor:
                batch: list[tuple[Any, ...]] = []
                for row in cursor.stream(sql.encode(), size=1000):
                    batch.append(row)
                    if len(batch) >= rows:
                        yield batch
                        batch = []
                if batch:
                    yield batch
        finally:
            reader.close()

    def load(self, schema: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        names = ", ".join(exp.to_identifier(name, quoted=True).sql("postgres") for name in columns)
        target = exp.table_(table, db=schema, quoted=True).sql("postgres")
        with (
            _errors(f"load {table}"),
            self.connection.cursor() as cursor,
            cursor.copy(f"copy {target} ({names}) from stdin".encode()) as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def describe(self, sql: str, statement: str) -> list[ColumnType]:
        with _errors(statement):
            cursor = self.connection.execute(f"select * from (\n{sql}\n) as d limit 0".encode())
        found = [(column.name, column.type_display) for column in cursor.description or ()]
        return [ColumnType(name, type_, _kind(type_)) for name, type_ in found]

    def tables(self, schema: str) -> set[str]:
        listing = (
            exp.select("table_name").from_("information_schema.tables").where(exp.column("table_schema").eq(schema))
        )
        return {name for (name,) in self.query(listing.sql("postgres"), "list tables")}

    def has_schema(self, schema: str) -> bool:
        named = exp.select(exp.func("to_regnamespace", exp.Literal.string(f'"{schema}"')).is_(exp.Null()).not_())
        return bool(self.query(named.sql("postgres"), "find schema")[0][0])

    def missing_grants(self, schema: str, relations: Sequence[Sequence[str]]) -> list[str]:
        return []

    def estimate(self, sql: str, statement: str) -> int | None:
        return None

    def close(self) -> None:
        self.connection.close()


def _kind(type_: str) -> Kind:
    return next((kind for pattern, kind in KINDS if re.fullmatch(pattern, type_)), "other")


BUSY = (
    "40001",
    "40P01",
    "55P03",
    "57014",
    "23505",
)  # serialisation, deadlock, lock, cancelled, a race to create
NAMES = "42"  # syntax, unknown names, missing grants
NO_GRANT = "42501"
FULL = "53"


@contextmanager
def _errors(statement: str) -> Iterator[None]:
    import psycopg

    try:
        yield
    except (psycopg.errors.DuplicateTable, psycopg.errors.DuplicateObject):
        raise AlreadyExists("the table exists already", statement=statement, code="exists") from None
    except psycopg.Error as error:
        raise _translated(error.sqlstate or "", error, statement) from None


def _translated(state: str, error: psycopg.Error, statement: str) -> WarehouseError:
    if state in BUSY:
        return WarehouseBusy("the server asks to try again", statement=statement, code=state)
    if state.startswith(NAMES) and (error.diag.statement_position or state == NO_GRANT):
        # With a place in the statement the names are its own; without one a value was taken for a name (a regclass).
        return WarehouseError(error.diag.message_primary or "refused", statement=statement, code=state)
    if state.startswith(FULL):
        return WarehouseError("the server is out of disk, memory or connections", statement=statement, code=state)
    if not state or state.startswith("08") or state.startswith("28"):
        return WarehouseError(
            "cannot connect, or the connection was lost; check host, credentials and that the server runs",
            statement=statement,
            code=state or "connection",
        )
    return WarehouseError(f"the server refused it (SQLSTATE {state})", statement=statement, code=state)
