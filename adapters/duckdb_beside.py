"""Two DuckDB files at once: wsync's own tables in one, the sources, only read, in the other."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp

if TYPE_CHECKING:
    import duckdb

STATE = "wsync_state"
"""What wsync's file is called inside. Not by its own name: `wsync.duckdb` would be mistaken for the schema `wsync`."""

_LOCK = threading.Lock()
_USERS: Counter[tuple[str, str]] = Counter()
"""How many connections of this process still need a source file, by the files of both."""


@dataclass
class Beside:
    """One connection to both files. `session` is what every cursor of it has to begin with."""

    connection: duckdb.DuckDBPyConnection
    files: tuple[str, str]
    source: str
    session: str
    released: bool = False

    def release(self) -> None:
        """Let other processes write in the source's file, once no connection of this process needs it."""
        import duckdb

        with _LOCK:
            if self.released:
                return
            self.released = True
            self.session = _session(f"{STATE}.main")  # a path that leads to what is not there fails
            _USERS[self.files] -= 1
            with suppress(duckdb.Error):  # a reader may still have it: it goes when the connection is closed
                self.connection.execute(self.session)
                if _USERS[self.files] == 0:
                    self.connection.execute(f"detach {_quoted(self.source)}")


def attach(source: Path, state: Path, config: Mapping[str, Any]) -> Beside:
    """Open `state` for writing, creating it where its folder exists, and `source` beside it for reading.

    Names are looked for in `state` first, then in every schema of `source`, `main` before the others; with the file's
    name before them they mean `source`, as in dbt's relation names. Raises DuckDB's own errors.
    """
    import duckdb

    files = (str(source.absolute()), str(state.absolute()))
    name = source.stem if source.stem.lower() != STATE else f"{STATE}_source"
    with _LOCK:
        connection = duckdb.connect(f":memory:wsync {files[1]}", config=dict(config))
        try:
            connection.execute(f"attach if not exists {_text(files[1])} as {STATE}")
            connection.execute(f"attach if not exists {_text(files[0])} as {_quoted(name)} (read_only)")
            session = _session(_path(connection, name))
            connection.execute(f"{session}; set enable_progress_bar = false")
        except duckdb.Error:
            connection.close()
            raise
        _USERS[files] += 1
    return Beside(connection, files, name, session)


def _session(path: str) -> str:
    return f"set timezone = 'UTC'; set search_path = {_text(path)}"


def _path(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """The search path: wsync's file first, so that everything is made there."""
    schemas = exp.select("schema_name").from_("duckdb_schemas()").where(exp.column("database_name").eq(name))
    found = connection.execute(schemas.order_by("schema_name <> 'main', schema_name").sql("duckdb")).fetchall()
    own = {"information_schema", "pg_catalog"}
    return ",".join([f"{STATE}.main", *(f"{_quoted(name)}.{_quoted(each)}" for (each,) in found if each not in own)])


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("duckdb")


def _text(value: str) -> str:
    return exp.Literal.string(value).sql("duckdb")
