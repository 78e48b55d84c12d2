"""PostgreSQL, by psycopg 3 (extra `postgres`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from sqlglot import exp

from warehouse_sync.adapters import ColumnType, Dialect, schedulers
from warehouse_sync.adapters.postgres_errors import connecting, errors
from warehouse_sync.adapters.postgres_grants import missing
from warehouse_sync.adapters.postgres_session import KEPT_ALIVE, Door, Session, driver, ran, reopened
from warehouse_sync.adapters.postgres_types import columns as columns_of
from warehouse_sync.errors import AnswerLost, WarehouseError
from warehouse_sync.statements import Rendering

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")


def catalog(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A call of the server's own function, whatever the search path says of others with its name."""
    return exp.Dot(this=exp.to_identifier("pg_catalog"), expression=exp.Anonymous(this=name, expressions=[*arguments]))


def fingerprint(columns: Sequence[exp.Expr]) -> exp.Expr:
    """64 bits over the columns' texts, byte by byte whatever their collation: the server's own hash of a row.

    It knows NULL from any text and needs no separator. Joining the texts to one and hashing that cost three times as
    much; 1 M rows of seven columns, 2026-11-22.
    """
    texts = [
        exp.Collate(this=exp.cast(column, "text"), expression=exp.to_identifier("C", quoted=True)) for column in columns
    ]
    return catalog("hash_record_extended", exp.Anonymous(this="row", expressions=texts), exp.Literal.number(0))


def digest(text: exp.Expr) -> exp.Expr:
    """`encode(sha256(convert_to(text, 'UTF8')), 'hex')`."""
    raw = catalog("convert_to", text, exp.Literal.string("UTF8"))
    return catalog("encode", catalog("sha256", raw), exp.Literal.string("hex"))


def rewrite(tree: exp.Expr, _name: str) -> exp.Expr:
    """Views are replaced: somebody's own view may be built on one, and two first runs may make it at once."""
    if isinstance(tree, exp.Create) and tree.kind == "VIEW":
        tree.set("replace", value=True)
    return tree


DIALECT = Dialect(
    name="postgres",
    rendering=Rendering("postgres", fingerprint, digest, fold=str.lower, rewrite=rewrite),
    task=schedulers.POSTGRES,
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
    sslmode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] | None = Field(
        None, description="How TLS is used; only verify-full knows whom it speaks to."
    )
    sslrootcert: str | None = Field(None, description="PEM file of the authorities to trust, or system.")
    sslcert: str | None = Field(None, description="PEM file of our own certificate, where the server asks for one.")
    sslkey: str | None = Field(None, description="Its key; only its owner may read the file.")
    dsn: SecretStr | None = Field(None, description="A connection string; the settings above win over what it says.")
    connect_timeout_seconds: int = Field(15, ge=2, description="How long connecting may take.")
    lock_timeout_seconds: int = Field(60, ge=1, description="How long a statement waits for a lock before a new try.")
    statement_timeout_seconds: int | None = Field(
        None, ge=1, description="How long one statement may take; by default as the role is set."
    )
    application_name: str = Field(
        "wsync", pattern=r"^[\w .:/-]{1,40}$", description="How the server's list of sessions shows us."
    )


def connect(settings: Settings) -> Postgres:
    """Connect. Raises `WarehouseError` where the server cannot be reached or refuses the credentials."""
    driver()
    timeouts = {"lock_timeout": settings.lock_timeout_seconds, "statement_timeout": settings.statement_timeout_seconds}
    door = Door(facts_of(settings), settings.application_name, **timeouts)
    return Postgres(door.opened)


def facts_of(settings: Settings) -> dict[str, Any]:
    """libpq's settings: what we ask for, over what the DSN says, over our defaults. Needs the driver."""
    from psycopg.conninfo import conninfo_to_dict

    own = ("host", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey")
    plain = {name: value for name in own if (value := getattr(settings, name)) is not None}
    if settings.password:
        plain["password"] = settings.password.get_secret_value()
    with connecting():
        told = conninfo_to_dict(settings.dsn.get_secret_value() if settings.dsn else "")
    return {**KEPT_ALIVE, "connect_timeout": settings.connect_timeout_seconds, **told, **plain}


class Postgres:
    """`Warehouse` over psycopg: one session for statements, one more for each open stream."""

    dialect = DIALECT

    def __init__(self, door: Callable[[], Session]) -> None:
        self.door = door
        self.session = door()
        self.engine = f"postgres {self.session.connection.info.server_version // 10000}"

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """The driver's connection, as it is now."""
        return self.session.connection

    def execute(self, sql: str, statement: str) -> None:
        self._answered(statement, lambda session: session.ran(sql, statement))

    def query(self, sql: str, statement: str) -> list[tuple[Any, ...]]:
        return self._answered(statement, lambda session: session.ran(sql, statement).fetchall())

    def stream(self, sql: str, statement: str, rows: int) -> Iterator[list[tuple[Any, ...]]]:
        reader = self.door()
        try:
            with errors(statement), reader.connection.cursor() as cursor:
                ran(reader.connection, "begin")
                reader.ran("set local statement_timeout = 0", statement)  # whoever reads takes the time it takes
                yield from batches(cursor.stream(sql.encode(), size=chunk()), rows)
        except AnswerLost:
            told = "the connection was lost while rows were read"
            raise WarehouseError(told, statement=statement, code="connection") from None
        finally:
            reader.connection.close()

    def load(self, schema: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        spelled = self.dialect.rendering.spelled
        names = ", ".join(exp.to_identifier(name, quoted=True).sql("postgres") for name in columns)
        target = exp.table_(spelled(table), db=spelled(schema), quoted=True).sql("postgres")

        def copied(session: Session) -> None:
            into = f"copy {target} ({names}) from stdin".encode()
            begun = transaction(session, f"load {table}")
            with begun as connection, connection.cursor() as cursor, cursor.copy(into) as copy:
                for row in rows:
                    copy.write_row(row)

        self._answered(f"load {table}", copied)

    def describe(self, sql: str, statement: str) -> list[ColumnType]:
        select = f"select * from (\n{sql}\n) as d limit 0"
        cursor = self._answered(statement, lambda session: session.ran(select, statement))
        return columns_of(cursor.description or (), lambda asked: self.query(asked, statement))

    def tables(self, schema: str) -> set[str]:
        listing = (
            exp.select("relname")
            .from_("pg_catalog.pg_class")
            .where(exp.column("relnamespace").eq(self._named(schema)))
            .where("relkind in ('r', 'p', 'v', 'm', 'f')", dialect="postgres")
        )
        return {name for (name,) in self.query(listing.sql("postgres"), "list tables")}

    def has_schema(self, schema: str) -> bool:
        return bool(self.query(f"select {self._named(schema).sql('postgres')} is not null", "find schema")[0][0])

    def missing_grants(self, schema: str, relations: Sequence[Sequence[str]]) -> list[str]:
        return missing(lambda sql: self.query(sql, "read grants"), self.dialect.rendering.spelled(schema), relations)

    def estimate(self, sql: str, statement: str) -> int | None:
        return None

    def close(self) -> None:
        self.session.connection.close()

    def _named(self, schema: str) -> exp.Expr:
        """The schema's number, or NULL: an expression."""
        of_name = exp.select("oid").from_("pg_catalog.pg_namespace")
        return of_name.where(exp.column("nspname").eq(self.dialect.rendering.spelled(schema))).subquery()

    def _answered(self, statement: str, act: Callable[[Session], T]) -> T:
        """Do something in the session. Raises `AnswerLost` when it broke: then it is over, and there is a new one."""
        if self.session.connection.closed:
            self.session = reopened(self.door, self.session)
        try:
            with errors(statement):
                return act(self.session)
        except AnswerLost:
            self.session = reopened(self.door, self.session)
            raise


@contextmanager
def transaction(session: Session, statement: str) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of several messages, with the session's pins; all or nothing."""
    connection = session.connection
    ran(connection, "begin")
    try:
        session.ran("", statement)
        yield connection
        ran(connection, "commit")
    except BaseException:
        if not connection.closed:
            connection.rollback()
        raise


def batches(found: Iterable[tuple[Any, ...]], rows: int) -> Iterator[list[tuple[Any, ...]]]:
    """Lists of at most so many rows, as they come."""
    batch: list[tuple[Any, ...]] = []
    for row in found:
        batch.append(row)
        if len(batch) >= rows:
            yield batch
            batch = []
    if batch:
        yield batch


def chunk() -> int:
    """How many rows travel in one piece: libpq takes them one by one before its version 17."""
    import psycopg

    return 1000 if psycopg.capabilities.has_stream_chunked() else 1
