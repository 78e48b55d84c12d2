"""What passes the port of a run, and what its connection is really given; killed at the one that is asked for."""

from __future__ import annotations

import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import duckdb

SESSION_STATEMENTS = ("set timezone = 'UTC'", "set timezone = 'UTC'; set enable_progress_bar = false")
"""What the adapter says to every new connection or cursor; part of opening it, so without a boundary."""


class Kill(NamedTuple):
    """Where a run dies: at its so-manieth boundary, or with its so-manieth message to the server just sent."""

    number: int
    on_wire: bool = False


@dataclass
class Tally:
    """What passed the port, and what the connection was really given.

    `wire` has one name for each message whose answer was waited for, where the warehouse is a server.
    """

    names: list[str] = field(default_factory=list)
    wire: list[str] = field(default_factory=list)
    statements: int = 0
    dies: Kill | None = None
    kill: Callable[[], None] = lambda: None

    def boundary(self, name: str) -> None:
        self.names.append(name)
        if self.dies == Kill(len(self.names)):
            self.kill()

    def given(self, statement: str) -> None:
        self.statements += statement not in SESSION_STATEMENTS

    def sent(self) -> bool:
        """Note a message to the server; whether the run dies while that is worked on."""
        self.wire.append(self.names[-1].removeprefix("before ") if self.names else "opening")
        return self.dies == Kill(len(self.wire), on_wire=True)

    @property
    def passed(self) -> Counter[str]:
        """How many statements and requests began at the port."""
        begun = (name.removeprefix("before ") for name in self.names if name.startswith("before "))
        return Counter("request" if name.split(" ")[0].isupper() else "statement" for name in begun)


class Counted:
    """A duckdb connection, or a cursor of it, that counts what it is given. It can do only what is listed here, so a
    statement on another way than these fails."""

    def __init__(self, connection: Any, tally: Tally) -> None:
        self._connection, self._tally = connection, tally
        self.fetchmany, self.close = connection.fetchmany, connection.close

    def execute(self, statement: str) -> Any:
        self._tally.given(statement)
        return self._connection.execute(statement)

    def cursor(self) -> Counted:
        return Counted(self._connection.cursor(), self._tally)

    def appender(self, table: str, columns: Sequence[str]) -> Any:
        self._tally.given(f"append to {table}")
        return self._connection.appender(table, columns=columns)


def cut(descriptor: int) -> None:
    """End a connection as a network does: neither side is told."""
    with socket.socket(fileno=os.dup(descriptor)) as line:
        line.shutdown(socket.SHUT_RDWR)


@contextmanager
def counted_duckdb(tally: Tally) -> Iterator[None]:
    """Connections to duckdb that are opened now are counted."""
    connect = duckdb.connect
    duckdb.connect = lambda *given, **named: Counted(connect(*given, **named), tally)  # type: ignore[assignment]
    try:
        yield
    finally:
        duckdb.connect = connect


def counted_postgres(tally: Tally) -> None:
    """From now on this process counts its messages to PostgreSQL. The one it dies with is sent whole, and not waited
    for: the server goes on with it alone. Whoever has no way to die loses the line there."""
    import psycopg

    wait = getattr(psycopg.Connection.wait, "counts", psycopg.Connection.wait)

    def counted(self: Any, generator: Any, *given: Any, **named: Any) -> Any:
        if tally.sent():
            next(generator, None)
            tally.kill()
            cut(self.pgconn.socket)
        return wait(self, generator, *given, **named)

    counted.counts = wait  # type: ignore[attr-defined]
    psycopg.Connection.wait = counted  # type: ignore[method-assign,assignment]
