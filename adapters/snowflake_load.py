"""Snowflake: rows as compressed CSV files, put on a table's stage and copied into the table."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from sqlglot import exp

FILE_ROWS = 250_000
"""Rows of one file: a warehouse loads several files at once."""

FORMAT = (
    "FILE_FORMAT = (TYPE = CSV COMPRESSION = GZIP FIELD_DELIMITER = ',' FIELD_OPTIONALLY_ENCLOSED_BY = '\"' "
    "ESCAPE_UNENCLOSED_FIELD = NONE NULL_IF = () EMPTY_FIELD_AS_NULL = TRUE)"
)
"""Texts are enclosed and nothing else is, so that an empty field is NULL and "" an empty text; no other escapes
(docs.snowflake.com/en/sql-reference/sql/copy-into-table, read 2026-11-22)."""


class Files(NamedTuple):
    """A folder with the files of one load, and how many rows they hold."""

    folder: Path
    rows: int


@contextmanager
def written(rows: Iterable[Sequence[Any]]) -> Iterator[Files]:
    """The rows as compressed files in a folder that only this user may read, and that goes when the load is over."""
    with tempfile.TemporaryDirectory(prefix="wsync-") as folder:
        told, count, part = iter(rows), 0, 0
        while lines := _file(Path(folder) / f"part_{part:04d}.csv.gz", islice(told, FILE_ROWS)):
            count, part = count + lines, part + 1
        yield Files(Path(folder), count)


def _file(path: Path, rows: Iterable[Sequence[Any]]) -> int:
    """Write one file; how many rows it holds. One that would be empty is taken away again."""
    count = 0
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8", newline="") as file:
        for row in rows:
            file.write(",".join(map(field, row)) + "\n")
            count += 1
    if not count:
        path.unlink()
    return count


def field(value: Any) -> str:
    """A value as a CSV field: NULL is nothing, a text is always enclosed."""
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def staged(target: exp.Table) -> str:
    """A folder of its own on the table's stage: no file is ever met, or skipped as loaded, that another load put there.

    The stage goes with the table, so nothing outlives a run that crashed.
    """
    quoted = exp.to_identifier(f"%{target.name}", quoted=True).sql("snowflake")
    schema = exp.to_identifier(target.db, quoted=True).sql("snowflake")
    return f"@{schema}.{quoted}/{uuid4().hex}/"


def put(folder: Path, place: str) -> str:
    """Upload the folder's files as they are."""
    files = exp.Literal.string(f"file://{folder.as_posix()}/*.csv.gz").sql("snowflake")
    return f"PUT {files} {place} SOURCE_COMPRESSION = GZIP AUTO_COMPRESS = FALSE OVERWRITE = TRUE"


def copy_into(target: exp.Table, columns: Sequence[str], place: str) -> str:
    """Load what is in the folder, all or nothing, and take the files away."""
    named = ", ".join(exp.to_identifier(name, quoted=True).sql("snowflake") for name in columns)
    return (
        f"COPY INTO {target.sql('snowflake')} ({named}) FROM {place} {FORMAT} ON_ERROR = ABORT_STATEMENT PURGE = TRUE"
    )


def remove(place: str) -> str:
    """Take away what a failed load left on the stage."""
    return f"REMOVE {place}"


def copied(cursor: Any) -> int:
    """How many rows COPY says it loaded."""
    names = [column[0].lower() for column in cursor.description or ()]
    if "rows_loaded" not in names:
        return 0  # it found no file, and says only that
    return sum(int(row[names.index("rows_loaded")]) for row in cursor.fetchall())
