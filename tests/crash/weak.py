"""duckdb made as weak as the warehouses people have: what one of them does not promise is taken away, as data says.

Under all of them every statement commits by itself, and there is no transaction of several statements: text that asks
for one is refused, and so is a constraint (no warehouse but duckdb and Postgres enforces one). The source is another
one after it was read once: whoever reads it twice, or has a CTE computed twice, mixes two sources.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import duckdb

from tests.crash.counted import Tally
from tests.crash.places import DuckFile
from warehouse_sync.adapters import ColumnType, Warehouse
from warehouse_sync.errors import AnswerLost, WarehouseBusy


@dataclass(frozen=True)
class Rules:
    """One warehouse's weakest: how it spells a name without quotes, the longest name in bytes, whether a CTE is surely
    computed once. Read 2026-11-22: docs.snowflake.com/sql-reference/identifiers-syntax,
    docs.aws.amazon.com/redshift/latest/dg/r_names.html; the others as their adapters say."""

    name: str
    fold: Callable[[str], str] | None
    name_limit: int
    reads_cte_once: bool = False


RULES = (
    Rules("snowflake", str.upper, 255),
    Rules("bigquery", None, 1024),
    Rules("redshift", str.lower, 127),
    Rules("postgres", str.lower, 63, reads_cte_once=True),
)


class Lawless(Exception):
    """A statement that this warehouse would refuse, or that leans on what it does not promise."""


class Died(BaseException):
    """The process is gone: from here on it does nothing."""


KEPT = ""
STORIES: dict[str, tuple[str, ...]] = {
    "busy": ("busy",),
    "lost before": ("lost before",),
    "lost after": ("lost after",),
    "lost twice": ("lost after", "lost after"),
    "lost, then busy": ("lost after", "busy"),
    "lost, then dead": ("lost after", "dies before"),
    "lost, then dead a call later": ("lost after", KEPT, "dies before"),
    "arrives late": ("late",),
    "lost for good": ("lost after", *(["lost before"] * 999)),
}
"""What happens from one call on, call by call: an error before or after the statement took effect, or an end. A
statement that arrives late does so after the next run has ended."""


@dataclass
class Trouble(Tally):
    """What happens to the calls of one run: `story` begins at call `at`, counted from 1."""

    at: int = 0
    story: tuple[str, ...] = ()
    calls: int = 0
    dead: bool = False
    late: str = ""
    """The statement that the network still has when the process is dead."""

    def boundary(self, name: str) -> None:
        self.check()
        super().boundary(name)

    def check(self) -> None:
        if self.dead:
            raise Died

    def effect(self) -> str:
        """What happens to the call that is made now."""
        self.check()
        self.calls += 1
        step = self.calls - self.at
        return self.story[step] if self.at and 0 <= step < len(self.story) else KEPT

    def told(self, sql: str) -> None:
        """Keep the text of a call that will arrive late."""
        if self.story == ("late",) and self.calls + 1 == self.at:
            self.late = sql

    def suffered(self, effect: str, statement: str) -> None:
        """Raises what this effect is."""
        self.dead = effect.startswith("dies") or effect == "late"
        self.check()
        if effect == "busy":
            raise WarehouseBusy("the warehouse is busy", statement=statement)
        if effect:
            raise AnswerLost("the answer was lost", statement=statement)


@dataclass
class Weak:
    """`Warehouse` over duckdb that keeps to one warehouse's rules; `trouble` says which calls go wrong."""

    inner: Any
    rules: Rules
    trouble: Trouble = field(default_factory=Trouble)

    def __post_init__(self) -> None:
        known = self.inner.dialect
        rendering = replace(known.rendering, fold=self.rules.fold, reads_cte_once=self.rules.reads_cte_once)
        name, limit = f"duckdb as {self.rules.name}", self.rules.name_limit
        self.dialect = replace(known, name=name, rendering=rendering, single_writer=False, name_limit=limit)
        self.engine = self.inner.engine

    def execute(self, sql: str, statement: str) -> None:
        def act() -> None:
            self.inner.execute(sql, statement)
            self._swap_source(sql, statement)

        lawful(sql, self.rules)
        self.trouble.told(sql)
        self._do(statement, act)

    def query(self, sql: str, statement: str) -> list[tuple[Any, ...]]:
        lawful(sql, self.rules)
        return self._do(statement, lambda: self.inner.query(sql, statement))  # type: ignore[no-any-return]

    def stream(self, sql: str, statement: str, rows: int) -> Iterator[list[tuple[Any, ...]]]:
        lawful(sql, self.rules)
        found = self._do(statement, lambda: list(self.inner.stream(sql, statement, rows)), answered=True)
        yield from found[0]
        if found[1]:
            self.trouble.suffered(found[1], statement)

    def load(self, schema: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        self._do(f"load {table}", lambda: self.inner.load(schema, table, columns, rows))

    def describe(self, sql: str, statement: str) -> list[ColumnType]:
        return self._do(statement, lambda: self.inner.describe(sql, statement))  # type: ignore[no-any-return]

    def tables(self, schema: str) -> set[str]:
        spelled = self.dialect.rendering.spelled(schema)
        return self._do("list tables", lambda: {name.lower() for name in self.inner.tables(spelled)})  # type: ignore[no-any-return]

    def has_schema(self, schema: str) -> bool:
        spelled = self.dialect.rendering.spelled(schema)
        return bool(self._do("find schema", lambda: self.inner.has_schema(spelled)))

    def missing_grants(self, schema: str, relations: Sequence[Sequence[str]]) -> list[str]:
        return []

    def estimate(self, sql: str, statement: str) -> int | None:
        return None

    def close(self) -> None:
        self.inner.close()

    def _do(self, statement: str, act: Callable[[], Any], *, answered: bool = False) -> Any:
        """One call: wrong before it, wrong after it, or as it should be. `answered`: its caller tells what is wrong
        after it."""
        effect = self.trouble.effect()
        if effect and not effect.endswith("after"):
            self.trouble.suffered(effect, statement)
        done = act()
        if answered:
            return done, effect
        if effect:
            self.trouble.suffered(effect, statement)
        return done

    def _swap_source(self, sql: str, statement: str) -> None:
        """Somebody builds the source anew, once it was read."""
        if re.search(r'"main"\."people"', sql, re.IGNORECASE) and statement not in TYPES_ALONE:
            for swapped in SWAPPED:
                self.inner.connection.execute(swapped)


TYPES_ALONE = ("run/empty_baseline",)
"""Statements that name the source for its columns' types, and read no row of it."""
SWAPPED = (
    "delete from main.people where id % 2 = 0",
    "update main.people set email = 'swapped' || email",
    "insert into main.people values (99, 'swapped@example.com', null)",
)
CONSTRAINT = re.compile(r"\b(primary\s+key|unique|references|foreign\s+key)\b", re.IGNORECASE)
NAME = re.compile(r'"((?:[^"]|"")+)"')


@cache
def lawful(sql: str, rules: Rules) -> None:
    """Raises `Lawless` for what this warehouse would refuse, or does not promise."""
    found = duckdb.extract_statements(sql)
    if len(found) != 1:
        raise Lawless(f"{len(found)} statements in one call")
    if found[0].type == duckdb.StatementType.TRANSACTION:
        raise Lawless("a transaction of several statements")
    if found[0].type == duckdb.StatementType.CREATE and CONSTRAINT.search(sql):
        raise Lawless("a constraint that nobody enforces")
    if any(len(name.encode()) > rules.name_limit for name in NAME.findall(sql)):
        raise Lawless(f"a name longer than {rules.name_limit} bytes")


@dataclass(frozen=True)
class WeakFile:
    """A duckdb file that is opened under one warehouse's rules. `held` keeps it open meanwhile, which saves time: what
    is asked here is what statements do, not what a file keeps."""

    file: DuckFile
    rules: Rules

    def open(self, tally: Tally) -> Warehouse:
        trouble = tally if isinstance(tally, Trouble) else Trouble()
        return Weak(self.file.open(tally), self.rules, trouble)

    @contextmanager
    def connected(self) -> Iterator[Any]:
        opened = self.file.open(Tally())
        try:
            yield opened.connection
        finally:
            opened.close()

    @contextmanager
    def held(self) -> Iterator[None]:
        with self.connected() as connection:
            connection.execute("set global checkpoint_threshold = '1GB'")
            yield

    def copy(self, to: str) -> WeakFile:
        return WeakFile(self.file.copy(to), self.rules)

    def remove(self) -> None:
        self.file.remove()
