"""A warehouse whose answer to one call is lost, before or after the call took effect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from warehouse_sync.adapters import ColumnType, Warehouse
from warehouse_sync.errors import AnswerLost

T = TypeVar("T")


class Losing:
    """`Warehouse` over another. The call with the number `lose` is lost; `done` says whether it took effect.

    A stream's call is lost before its first rows or, where it is `done`, after its last. `asked` are the calls by name.
    """

    def __init__(self, real: Warehouse, lose: int = 0, *, done: bool = False) -> None:
        self.real, self.lose, self.done = real, lose, done
        self.dialect, self.engine = real.dialect, real.engine
        self.asked: list[str] = []

    def _now(self, name: str) -> bool:
        self.asked.append(name)
        return len(self.asked) == self.lose

    def _answer(self, name: str, act: Callable[[], T]) -> T:
        lost = self._now(name)
        if lost and not self.done:
            raise AnswerLost("the answer was lost on the way there", statement=name, code="connection")
        answer = act()
        if lost:
            raise AnswerLost("the answer was lost on the way back", statement=name, code="connection")
        return answer

    def execute(self, sql: str, statement: str) -> None:
        self._answer(statement, lambda: self.real.execute(sql, statement))

    def query(self, sql: str, statement: str) -> list[tuple[Any, ...]]:
        return self._answer(statement, lambda: self.real.query(sql, statement))

    def stream(self, sql: str, statement: str, rows: int) -> Iterator[list[tuple[Any, ...]]]:
        lost = self._now(f"stream {statement}")
        if not lost or self.done:
            yield from self.real.stream(sql, statement, rows)
        if lost:
            raise AnswerLost("the answer was lost", statement=statement, code="connection")

    def load(self, schema: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        self._answer(f"load {table}", lambda: self.real.load(schema, table, columns, rows))

    def describe(self, sql: str, statement: str) -> list[ColumnType]:
        return self._answer(statement, lambda: self.real.describe(sql, statement))

    def tables(self, schema: str) -> set[str]:
        return self._answer("list tables", lambda: self.real.tables(schema))

    def has_schema(self, schema: str) -> bool:
        return self._answer("find schema", lambda: self.real.has_schema(schema))

    def missing_grants(self, schema: str, relations: Sequence[Sequence[str]]) -> list[str]:
        return self.real.missing_grants(schema, relations)

    def estimate(self, sql: str, statement: str) -> int | None:
        return self.real.estimate(sql, statement)

    def close(self) -> None:
        self.real.close()
