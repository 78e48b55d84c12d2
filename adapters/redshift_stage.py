"""Rows on their way into Redshift: literals of multi-row INSERTs, or files in S3 that COPY reads."""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field
from sqlglot import exp

from warehouse_sync.adapters.redshift_iam import client, named
from warehouse_sync.errors import WarehouseError

INSERT_ROWS = 1_000
INSERT_BYTES = 8_000_000
"""At most so much in one INSERT; a statement may have 16 MB (r_INSERT_30, read 2026-11-22)."""

FILE_ROWS = 100_000
"""Rows in one file of the stage; COPY reads several at once."""


class Stage(BaseModel):
    """A place in S3 that wsync may write to and delete from, and Redshift read from."""

    model_config = ConfigDict(extra="forbid")

    bucket: str = Field(description="Bucket.")
    prefix: str = Field("wsync/", description="What the names of the files begin with.")
    iam_role: str = Field(description="ARN of the role that COPY reads with, or `default`.")
    region: str | None = Field(None, description="The bucket's region, where it is not the warehouse's.")
    profile: str | None = Field(None, description="Profile of the AWS configuration to upload with.")


def target(schema: str, table: str, columns: Sequence[str]) -> str:
    """`"schema"."table" ("column", …)`."""
    names = ", ".join(exp.to_identifier(name, quoted=True).sql("redshift") for name in columns)
    return f"{exp.table_(table, db=schema, quoted=True).sql('redshift')} ({names})"


# -- literals ----------------------------------------------------------------------------------------------------------


def inserts(into: str, rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """INSERT statements that together hold all rows, none too long."""
    told: list[str] = []
    size = 0
    for row in rows:
        text = f"({', '.join(map(literal, row))})"
        length = len(text.encode())
        if told and (len(told) >= INSERT_ROWS or size + length > INSERT_BYTES):
            yield f"INSERT INTO {into} VALUES\n" + ",\n".join(told)
            told, size = [], 0
        told.append(text)
        size += length
    if told:
        yield f"INSERT INTO {into} VALUES\n" + ",\n".join(told)


def literal(value: Any) -> str:
    """A value as Redshift reads it. In a text a backslash escapes what follows it, so it is doubled as quotes are.

    Parameters cannot carry them: psycopg binds on the server, which Redshift supports only partly, or on the client in
    the form E'…' of a later PostgreSQL than Redshift's 8.0. Raises `WarehouseError` for a text with a NUL.
    """
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | Decimal():
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
        case datetime():
            type_ = "TIMESTAMPTZ" if value.tzinfo else "TIMESTAMP"
            return f"CAST('{value.isoformat(sep=' ')}' AS {type_})"
        case date():
            return f"CAST('{value.isoformat()}' AS DATE)"
        case float():
            return f"CAST('{value!r}' AS DOUBLE PRECISION)"
        case UUID():
            return f"'{value}'"
    text = str(value)
    if "\0" in text:
        raise WarehouseError("a text with a NUL character, which Redshift cannot hold", code="statement")
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


# -- S3 ----------------------------------------------------------------------------------------------------------------


@contextmanager
def uploaded(
    stage: Stage, columns: Sequence[str], rows: Iterable[Sequence[Any]], aws: Any = None
) -> Iterator[str | None]:
    """The rows in files of their own while the block runs: yields what their names begin with, None without rows.

    Raises `WarehouseError` (code `grants`) where AWS refuses them, with AWS's error code only. What cannot be deleted
    afterwards stays: give the prefix a lifecycle rule.
    """
    aws = aws or client("s3", stage.region, stage.profile)
    folder = f"{stage.prefix}{secrets.token_hex(12)}/"
    written: list[str] = []
    try:
        for content in files(columns, rows):
            written.append(f"{folder}{len(written):06d}.json.gz")
            _put(aws, stage.bucket, written[-1], content)
        yield f"s3://{stage.bucket}/{folder}" if written else None
    finally:
        _delete(aws, stage.bucket, written)


def files(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Compressed files of JSON lines: null and the empty text stay apart, and no separator can be in a value."""
    left = iter(rows)
    while told := list(islice(left, FILE_ROWS)):
        lines = (orjson.dumps(dict(zip(columns, row, strict=True)), default=str) for row in told)
        yield gzip.compress(b"\n".join(lines), compresslevel=1, mtime=0)


def copy(into: str, url: str, stage: Stage) -> str:
    """The COPY of uploaded files; all of them or none (docs.aws.amazon.com/redshift/latest/dg/r_COPY.html)."""
    role = "default" if stage.iam_role == "default" else literal(stage.iam_role)
    region = f"\nREGION {literal(stage.region)}" if stage.region else ""
    return (
        f"COPY {into}\nFROM {literal(url)}\nIAM_ROLE {role}{region}\n"
        "FORMAT AS JSON 'auto' GZIP\nDATEFORMAT 'auto' TIMEFORMAT 'auto'\nCOMPUPDATE OFF STATUPDATE OFF"
    )


def _put(aws: Any, bucket: str, name: str, content: bytes) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        aws.put_object(Bucket=bucket, Key=name, Body=content)
    except (BotoCoreError, ClientError) as error:
        told = f"S3 does not take the rows ({named(error)}); check warehouse.s3_stage and who may write there"
        raise WarehouseError(told, statement="upload", code="grants") from None


def _delete(aws: Any, bucket: str, names: Sequence[str]) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    for name in names:
        with suppress(BotoCoreError, ClientError):
            aws.delete_object(Bucket=bucket, Key=name)
