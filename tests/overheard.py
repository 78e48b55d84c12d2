"""Commands run in this process while everything is overheard: what they print, log, and ask the warehouse."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb
import psycopg
import pytest
from click.testing import CliRunner

from tests.planted import Told
from warehouse_sync.cli import main

LOGGERS = ("urllib3", "urllib3.connectionpool", "urllib3.util.retry", "requests", "duckdb", "sqlglot", "psycopg")
"""Libraries that speak when they are asked to; each is set to DEBUG, by its own name, before every command."""


class Listened:
    """A duckdb connection or cursor that writes down the statements it is given."""

    def __init__(self, inner: duckdb.DuckDBPyConnection, statements: list[str]) -> None:
        self.inner, self.statements = inner, statements

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def execute(self, sql: str, *parameters: Any) -> Any:
        self.statements.append(" ".join(map(str, (sql, *parameters))))
        return self.inner.execute(sql, *parameters)

    def cursor(self) -> Listened:
        return Listened(self.inner.cursor(), self.statements)


@dataclass
class Overheard:
    """Runs commands. `statements` are the texts that reached a driver."""

    environ: Mapping[str, str]
    statements: list[str] = field(default_factory=list)

    def __call__(self, *words: str) -> Told:
        with self.listening() as logged:
            result = CliRunner().invoke(main, list(words), env=self.environ)
        said = result.output.encode() + logged.getvalue().encode()
        return Told(words, result.exit_code, said + str(result.exception or "").encode())

    @contextmanager
    def listening(self) -> Iterator[io.StringIO]:
        """Everything logged at any level, with its arguments, and every statement."""
        logged = io.StringIO()
        handler = logging.StreamHandler(logged)
        handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
        root, level = logging.getLogger(), logging.getLogger().level
        with pytest.MonkeyPatch.context() as patch:
            self._listen_to_duckdb(patch)
            self._listen_to_psycopg(patch)
            root.addHandler(handler)
            for each in (root, *map(logging.getLogger, LOGGERS)):
                each.setLevel(logging.DEBUG)
            try:
                yield logged
            finally:
                root.removeHandler(handler)
                root.setLevel(level)
                for name in LOGGERS:
                    logging.getLogger(name).setLevel(logging.NOTSET)

    def _listen_to_duckdb(self, patch: pytest.MonkeyPatch) -> None:
        connect = duckdb.connect
        patch.setattr(duckdb, "connect", lambda *told, **more: Listened(connect(*told, **more), self.statements))

    def _listen_to_psycopg(self, patch: pytest.MonkeyPatch) -> None:
        for name in ("execute", "executemany", "stream", "copy"):
            patch.setattr(psycopg.Cursor, name, self._listened(getattr(psycopg.Cursor, name)))

    def _listened(self, method: Any) -> Any:
        def listening(cursor: Any, query: Any, *told: Any, **more: Any) -> Any:
            text = query.decode() if isinstance(query, bytes) else str(query)
            self.statements.append(" ".join(map(str, (text, *told, *more.values()))))
            return method(cursor, query, *told, **more)

        return listening
