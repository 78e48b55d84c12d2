"""Connections to Redshift: settings, how one is opened, and when a lost one is over.

A session's name is the server's process id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from sqlglot import exp

from warehouse_sync.adapters.postgres_errors import connecting
from warehouse_sync.adapters.postgres_session import KEPT_ALIVE, Session
from warehouse_sync.adapters.postgres_types import loaders
from warehouse_sync.adapters.redshift_errors import errors
from warehouse_sync.adapters.redshift_iam import Iam, credentials
from warehouse_sync.adapters.redshift_stage import Stage
from warehouse_sync.errors import AnswerLost, ConfigError, WarehouseError

if TYPE_CHECKING:
    import psycopg


class Settings(BaseModel):
    """The `warehouse:` block for Amazon Redshift, a cluster or a serverless workgroup."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["redshift"] = "redshift"
    host: str = Field(description="The endpoint's host name, without port and database.")
    port: int = Field(5439, ge=1, le=65535, description="TCP port.")
    dbname: str = Field(description="Database.")
    user: str | None = Field(None, description="Database user; with `iam.cluster`, whom the credentials are for.")
    password: SecretStr | None = Field(None, description="The user's password; not with `iam`.")
    iam: Iam | None = Field(None, description="Temporary credentials from AWS instead of a password.")
    sslmode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] = Field(
        "require", description="libpq's sslmode; verify-full also needs sslrootcert."
    )
    sslrootcert: str | None = Field(None, description="File with the certificates to trust, or `system`.")
    connect_timeout_seconds: int = Field(30, ge=2, description="How long connecting may take.")
    statement_timeout_seconds: int | None = Field(
        None, ge=1, description="The server stops a statement that takes longer."
    )
    query_group: str = Field("wsync", description="Label that workload management and query history see.")
    s3_stage: Stage | None = Field(None, description="Loads go through S3 and COPY instead of multi-row INSERTs.")

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.iam is None and self.user is None:
            raise ValueError("needs `user` (with `password`), or `iam`")
        if self.iam is not None and self.password is not None:
            raise ValueError("has a `password` and `iam`: keep one")
        return self


def driver() -> None:
    """Raises `ConfigError` where psycopg is not installed."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        told = 'pip install "warehouse-sync[redshift]"'
        raise ConfigError(f"the Redshift driver is missing; install it with {told}") from None


def connected(**facts: Any) -> psycopg.Connection[Any]:
    """A connection as Redshift bears it (github.com/psycopg/psycopg/issues/122, read 2026-11-22).

    It calls its encoding UNICODE unless asked for UTF8; it knows no DEALLOCATE ALL, so nothing is prepared; statements
    go whole through the simple protocol, of the extended one it has only a part.
    """
    import psycopg

    return psycopg.connect(
        **facts,
        client_encoding="UTF8",
        application_name="wsync",
        autocommit=True,
        prepare_threshold=None,
        cursor_factory=psycopg.ClientCursor,
    )


def door(settings: Settings) -> Callable[[], Session]:
    """What opens a session; it raises `WarehouseError` where there is none to be had.

    Settings of the session are set by SET after connecting: of `options` at the start Redshift takes only a part.
    """
    pins = _pins(settings)

    def opened() -> Session:
        with connecting():
            connection = connected(**_facts(settings))
        try:
            with errors("connect"):
                for pin in pins:
                    connection.execute(pin.encode())
                ((pid,),) = connection.execute(b"SELECT PG_BACKEND_PID()").fetchall()
            for type_, loader in loaders().items():
                connection.adapters.register_loader(type_, loader)
        except WarehouseError:
            connection.close()
            raise
        return Session(connection, str(pid), "")

    return opened


def _facts(settings: Settings) -> dict[str, Any]:
    facts = settings.model_dump(include={"host", "port", "dbname", "user", "sslmode", "sslrootcert"}, exclude_none=True)
    facts |= {**KEPT_ALIVE, "connect_timeout": settings.connect_timeout_seconds}
    if settings.iam:
        facts |= credentials(settings.iam, settings.user, settings.dbname)
    elif settings.password:
        facts["password"] = settings.password.get_secret_value()
    return facts


def _pins(settings: Settings) -> list[str]:
    """What keys and times depend on, and the label of every statement."""
    pinned: Mapping[str, str] = {
        "timezone": "UTC",
        "datestyle": "ISO, YMD",
        "extra_float_digits": "2",
        "describe_field_name_in_uppercase": "off",
        "query_group": settings.query_group,
        "statement_timeout": str((settings.statement_timeout_seconds or 0) * 1000),
    }
    return [f"SET {name} TO {exp.Literal.string(value).sql('redshift')}" for name, value in pinned.items()]


def over(session: Session, name: str, deadline: float) -> None:
    """End what the server still does for a process, and wait until its transaction is gone.

    One's own sessions may be ended without a grant, and everybody's transactions be seen (PG_TERMINATE_BACKEND and
    SVV_TRANSACTIONS, docs.aws.amazon.com/redshift/latest/dg, read 2026-11-22).
    """
    works = f"SELECT pid FROM svv_transactions WHERE pid = {int(name)} LIMIT 1"
    while name != session.name:
        _end(session, name)
        if not session.connection.execute(works.encode()).fetchall():
            return
        if monotonic() > deadline:
            told = "the connection was lost, and the server is still busy with its statement"
            raise WarehouseError(told, statement="connect", code="connection")
        sleep(0.2)


def _end(session: Session, name: str) -> None:
    """End a process, also one that has not begun yet with what it was told last."""
    try:
        with errors("connect"):
            session.connection.execute(f"SELECT PG_TERMINATE_BACKEND({int(name)})".encode())
    except AnswerLost:
        raise
    except WarehouseError:
        return  # it is not there any more
