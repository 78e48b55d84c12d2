"""BigQuery, by google-cloud-bigquery (extra `bigquery`). Every statement is a job, and commits by itself."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlglot import exp, parse_one

from warehouse_sync.adapters import ColumnType, Kind
from warehouse_sync.adapters.bigquery_errors import errors
from warehouse_sync.adapters.bigquery_jobs import REQUEST_SECONDS, Jobs, patience
from warehouse_sync.adapters.bigquery_sql import DIALECT, named
from warehouse_sync.errors import ConfigError, WarehouseError

if TYPE_CHECKING:
    from google.cloud import bigquery

__all__ = ["DIALECT", "BigQuery", "Settings", "connect"]

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
IN_MEMORY = 16 << 20

KINDS: Mapping[str, tuple[str, Kind]] = {
    "STRING": ("STRING", "text"),
    "INTEGER": ("INT64", "integer"),
    "INT64": ("INT64", "integer"),
    "NUMERIC": ("NUMERIC", "decimal"),
    "BIGNUMERIC": ("BIGNUMERIC", "decimal"),
    "FLOAT": ("FLOAT64", "float"),
    "FLOAT64": ("FLOAT64", "float"),
    "BOOLEAN": ("BOOL", "boolean"),
    "BOOL": ("BOOL", "boolean"),
    "DATE": ("DATE", "date"),
    "DATETIME": ("DATETIME", "timestamp"),
    "TIMESTAMP": ("TIMESTAMP", "timestamp"),
}

LABEL = re.compile(r"[a-z][a-z0-9_-]{0,62}")


class Settings(BaseModel):
    """The `warehouse:` block for BigQuery. Without a key file the application default credentials are used."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["bigquery"] = "bigquery"
    project: str | None = Field(
        None, description="Project that runs the jobs and holds wsync's dataset; by default that of the credentials."
    )
    location: str | None = Field(
        None, description="Where jobs run and wsync's dataset is made, for example EU: where the sources are."
    )
    keyfile: Path | None = Field(
        None, description="Key file of a service account; relative paths start at the project's folder."
    )
    impersonate_service_account: str | None = Field(
        None, description="Address of a service account to act as, with the credentials found first."
    )
    maximum_bytes_billed: int | None = Field(
        None, ge=1, description="A statement that would be billed for more bytes fails before it costs anything."
    )
    job_timeout: int | None = Field(None, ge=1, description="Seconds after which BigQuery cancels a statement.")
    labels: dict[str, str] = Field(
        default_factory=dict, description="Labels of every job, for billing reports; wsync adds wsync_step."
    )
    api_endpoint: str | None = Field(
        None, description="Another address of the BigQuery API: a private endpoint, or an emulator."
    )
    anonymous: bool = Field(
        default=False, description="Sign in with nothing, as emulators want it; needs api_endpoint."
    )

    @model_validator(mode="after")
    def _agrees(self) -> Settings:
        if self.anonymous and not (self.api_endpoint and self.project):
            raise ValueError("anonymous is for an emulator: give its api_endpoint and a project, too")
        for key, value in self.labels.items():
            if not LABEL.fullmatch(key) or not re.fullmatch(r"[a-z0-9_-]{0,63}", value):
                raise ValueError(f"the label {key} is not one: lower-case letters, digits, _ and -, at most 63")
        return self


def connect(settings: Settings) -> BigQuery:
    """Sign in; nothing is asked of BigQuery yet.

    Raises `ConfigError` where the driver or the project is missing, `WarehouseError` where no credentials are found.
    """
    try:
        from google.api_core.client_options import ClientOptions
        from google.cloud import bigquery
    except ImportError:
        raise ConfigError(
            'the BigQuery driver is missing; install it with pip install "warehouse-sync[bigquery]"'
        ) from None

    credentials, project = _credentials(settings)
    if not (project := settings.project or project):
        raise ConfigError("the credentials name no project; set it", key="warehouse.project")
    client = bigquery.Client(
        project=project,
        credentials=credentials,
        location=settings.location,
        client_options=ClientOptions(api_endpoint=settings.api_endpoint) if settings.api_endpoint else None,
    )
    return BigQuery(client, settings, account=getattr(credentials, "service_account_email", None))


def _credentials(settings: Settings) -> tuple[Any, str | None]:
    """The credentials, and the project they name."""
    from google.auth import default, impersonated_credentials
    from google.auth.credentials import AnonymousCredentials
    from google.auth.exceptions import DefaultCredentialsError

    if settings.anonymous:
        return AnonymousCredentials(), None  # type: ignore[no-untyped-call]
    try:
        credentials, project = _from_file(settings.keyfile) if settings.keyfile else default(scopes=SCOPES)
    except DefaultCredentialsError:
        raise WarehouseError(
            "there are no Google credentials; run `gcloud auth application-default login`, or set warehouse.keyfile",
            statement="connect",
            code="credentials",
        ) from None
    if settings.impersonate_service_account:
        credentials = impersonated_credentials.Credentials(  # type: ignore[no-untyped-call]
            source_credentials=credentials,
            target_principal=settings.impersonate_service_account,
            target_scopes=list(SCOPES),
        )
    return credentials, project


def _from_file(path: Path) -> tuple[Any, str | None]:
    from google.auth.exceptions import GoogleAuthError
    from google.oauth2.service_account import Credentials

    try:
        credentials = Credentials.from_service_account_file(str(path), scopes=SCOPES)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, GoogleAuthError):
        raise ConfigError("is not a readable key file of a service account", key="warehouse.keyfile") from None
    return credentials, credentials.project_id


class BigQuery:
    """`Warehouse` over one client; every call is a job of its own, so streams and statements never wait for another."""

    dialect = DIALECT
    engine = "bigquery"

    def __init__(self, client: bigquery.Client, settings: Settings, *, account: str | None = None) -> None:
        self.client, self.settings, self.account = client, settings, account
        self.jobs = Jobs(client, settings.location)

    def execute(self, sql: str, statement: str) -> None:
        self._run(sql, statement)

    def query(self, sql: str, statement: str) -> list[tuple[Any, ...]]:
        return [row for batch in self.stream(sql, statement, 10_000) for row in batch]

    def stream(self, sql: str, statement: str, rows: int) -> Iterator[list[tuple[Any, ...]]]:
        job = self._run(sql, statement)
        with errors(statement):
            for page in job.result(page_size=rows, job_retry=None).pages:
                if batch := [tuple(row) for row in page]:
                    yield batch

    def load(self, schema: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        from google.cloud.bigquery import LoadJobConfig

        statement, target = f"load {table}", f"{self._named(schema)}.{table}"
        with SpooledTemporaryFile(IN_MEMORY, "r+b") as file:
            with errors(statement):
                fields = self.client.get_table(target, retry=patience(), timeout=REQUEST_SECONDS).schema or []
            if not _written(file, columns, rows, {field.name for field in fields if field.field_type == "BYTES"}):
                return
            config = LoadJobConfig(
                schema=fields,
                source_format="NEWLINE_DELIMITED_JSON",
                write_disposition="WRITE_APPEND",
                create_disposition="CREATE_NEVER",
                labels=self._labels(statement),
            )

            def begin(job_id: str) -> bigquery.LoadJob:
                return self.client.load_table_from_file(
                    file, target, rewind=True, num_retries=1, job_id=job_id, job_config=config, timeout=REQUEST_SECONDS
                )

            self.jobs.done(begin, statement)

    def describe(self, sql: str, statement: str) -> list[ColumnType]:
        if PLAIN.fullmatch(sql):
            for name in re.findall(QUOTED, sql):
                named(name)
        return [_column(field) for field in self._dry(sql, statement).schema or ()]

    def estimate(self, sql: str, statement: str) -> int | None:
        found = self._dry(sql, statement).total_bytes_processed
        return None if found is None else int(found)

    def tables(self, schema: str) -> set[str]:
        with errors("list tables"):
            if not self._dataset(schema):
                return set()
            found = self.client.list_tables(self._named(schema), retry=patience(), timeout=REQUEST_SECONDS)
            return {table.table_id for table in found}

    def has_schema(self, schema: str) -> bool:
        with errors("find schema"):
            found = self._dataset(schema)
        if found is not None and found.default_table_expiration_ms:
            raise ConfigError(
                f"the dataset {schema} drops its tables after a time (its default table expiration), and without its "
                "mirror wsync could never remove what it sent; take that default away, or use a dataset of its own"
            )
        return found is not None

    def missing_grants(self, schema: str, relations: Sequence[Sequence[str]]) -> list[str]:
        from warehouse_sync.adapters.bigquery_grants import missing

        return missing(self, schema, relations)

    def close(self) -> None:
        self.client.close()  # type: ignore[no-untyped-call]

    # -- jobs ----------------------------------------------------------------------------------------------------

    def _run(self, sql: str, statement: str) -> bigquery.QueryJob:
        from google.cloud.bigquery import ConnectionProperty, QueryJobConfig

        text, config = placed(sql, self.client.project), QueryJobConfig(labels=self._labels(statement))
        config.connection_properties = [ConnectionProperty("time_zone", "UTC")]  # a project may have another
        if self.settings.maximum_bytes_billed:
            config.maximum_bytes_billed = self.settings.maximum_bytes_billed
        if self.settings.job_timeout:
            config.job_timeout_ms = 1000 * self.settings.job_timeout

        def begin(job_id: str) -> bigquery.QueryJob:
            return self.client.query(
                text,
                job_id=job_id,
                job_config=config,
                retry=None,  # type: ignore[arg-type] # `Jobs` sends it again
                job_retry=None,
                timeout=REQUEST_SECONDS,
            )

        job: bigquery.QueryJob = self.jobs.done(begin, statement)
        return job

    def _dry(self, sql: str, statement: str) -> bigquery.QueryJob:
        """A statement that BigQuery only reads: its columns, and the bytes it would read. Costs nothing."""
        from google.cloud.bigquery import QueryJobConfig

        config = QueryJobConfig(dry_run=True, use_query_cache=False, labels=self._labels(statement))
        with errors(statement):
            return self.client.query(sql, job_config=config, retry=patience(), timeout=REQUEST_SECONDS)

    def _labels(self, statement: str) -> dict[str, str]:
        return {**self.settings.labels, "wsync_step": re.sub(r"[^a-z0-9_-]", "_", statement.lower())[:63]}

    # -- datasets ------------------------------------------------------------------------------------------------

    def _named(self, schema: str) -> str:
        return f"{self.client.project}.{schema}"

    def _dataset(self, schema: str) -> bigquery.Dataset | None:
        from google.api_core.exceptions import NotFound

        try:
            return self.client.get_dataset(self._named(schema), retry=patience(), timeout=REQUEST_SECONDS)
        except NotFound:
            return None


QUOTED = r"`((?:[^`]|``)*)`"
PLAIN = re.compile(rf"SELECT \* FROM {QUOTED}(\.{QUOTED})*")
"""A whole table by its quoted name, as wsync asks for the source's columns first of all."""


def placed(sql: str, project: str) -> str:
    """A view with the project before every name, so that it may be read from other projects."""
    if not sql.startswith("CREATE VIEW"):
        return sql
    tree = parse_one(sql, read="bigquery")
    for table in tree.find_all(exp.Table):
        if table.db and not table.catalog:
            table.set("catalog", exp.to_identifier(project, quoted=True))
    return tree.sql("bigquery")


def _written(file: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Any]], bytes_: set[str]) -> int:
    """Write rows as lines of JSON, as a load job reads them; how many."""
    raw = [n for n, name in enumerate(columns) if name in bytes_]
    written = 0
    for row in rows:
        cells = list(row)
        for n in raw:
            cells[n] = _base64(cells[n])
        file.write(orjson.dumps(dict(zip(columns, cells, strict=True)), default=str) + b"\n")
        written += 1
    return written


def _base64(cell: str | bytes | None) -> str | None:
    if cell is None:
        return None
    return b64encode(bytes.fromhex(cell) if isinstance(cell, str) else cell).decode()


def _column(field: bigquery.SchemaField) -> ColumnType:
    type_, kind = KINDS.get(field.field_type, (field.field_type, "other"))
    if field.mode == "REPEATED":
        return ColumnType(field.name, f"ARRAY<{type_}>", "other")
    whole = kind == "decimal" and field.precision is not None and not field.scale
    return ColumnType(field.name, type_, "integer" if whole else kind)
