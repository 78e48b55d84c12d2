"""The ledger's hand: canonical statements run on a warehouse, each between two boundaries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlglot import exp

from ..adapters import ColumnType, Warehouse
from ..errors import AlreadyExists, ConfigError, WarehouseError
from ..model import Ports, Source, Sync
from ..normalize import VERSION
from ..statements import Binding, Bound, Literal, Shape, render
from .lists import fields, slices
from .rows import RunRow, SyncRow
from .tables import RUN_TABLES, SHARED, STATE, TASK_TABLES, VIEWS, Tables
from .tries import tried

T = TypeVar("T")

STATE_VERSION = 1
QUERY = "wsync__query"
ONCE = ("run/additions", "run/replaced", "settle/mirror_insert")
"""Inserts that a second try would make twice."""
SNAPSHOT_COLUMNS = ("primary_key", "fingerprint", "identity", "payload", "operation", "error_code", "filled")


@dataclass(frozen=True)
class Run:
    """One run of a sync: its id and fence, what it began from, and how it plans.

    `key` restricts it to one key (its text as in the log). `fresh`: the baseline's fingerprints mean nothing now.
    `suppressions` is how many its rows were prepared with, `entered` how many of them it added itself. `slices` says
    of each first hex digit of an identity when members with it must have been sent last.
    """

    id: str
    fence: int
    kind: str
    config_hash: str
    key_columns: str
    key_types: str
    fields: tuple[str, ...]
    baseline: str | None
    baseline_fields: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    fresh: bool = False
    config_changed: bool = False
    key: str | None = None
    resync: bool = False
    retry_now: bool = False
    forget: bool = False
    suppressions: int = 0
    entered: int = 0
    slices: tuple[tuple[str, datetime], ...] = ()
    dbt_invocation_id: str | None = None


@dataclass
class Ledger:
    """One sync's state in one warehouse. The only user of statements and adapters."""

    warehouse: Warehouse
    schema: str
    sync: Sync
    ports: Ports
    normalizer_version: int = VERSION
    shape: Shape = field(default_factory=Shape)
    source_types: tuple[ColumnType, ...] = ()
    known: SyncRow | None = None
    """The sync's row as `remember` found it."""
    loaded: dict[str, int] = field(default_factory=dict)
    """How many rows were loaded into each table of a run."""
    notes: list[str] = field(default_factory=list)
    """What a run should warn of."""

    @property
    def tables(self) -> Tables:
        dialect = self.warehouse.dialect
        return Tables(self.schema, self.sync.name, dialect.name_limit, dialect.rendering.spelled)

    # -- statements ----------------------------------------------------------------------------------------------

    def execute(
        self,
        name: str,
        run: Run | None = None,
        *,
        tables: Mapping[str, Bound] | None = None,
        **values: Literal,
    ) -> None:
        """Run a canonical statement; again, up to five times, where the warehouse is busy or its answer was lost.

        A table of this run that is already there on a second try was made by the first, whose answer was lost.
        The statements of `ONCE` are not tried again after that: `repeated` begins with what undoes them.
        Raises `AlreadyExists` on a first try, and always for a claim, which may be another run's (code `repeated`).
        """
        sql = self.text(name, run, tables=tables, **values)

        def act(attempt: int) -> None:
            try:
                self.bounded(name, lambda: self.warehouse.execute(sql, name))
            except AlreadyExists as error:
                if not attempt and name not in SHARED:
                    raise
                if name == "run/claim":
                    error.code = "repeated"
                    raise

        tried(self.ports, act, lost=name not in ONCE)

    def query(
        self,
        name: str,
        run: Run | None = None,
        *,
        tables: Mapping[str, Bound] | None = None,
        **values: Literal,
    ) -> list[tuple[Any, ...]]:
        """Run a canonical SELECT and return its rows."""
        sql = self.text(name, run, tables=tables, **values)
        return self._again(name, lambda: self.warehouse.query(sql, name))

    def stream(self, name: str, run: Run, rows: int) -> Iterator[list[tuple[Any, ...]]]:
        """Run a canonical SELECT and yield its rows in lists."""
        sql = self.text(name, run)
        self.ports.boundary(f"before {name}")
        yield from self.warehouse.stream(sql, name, rows)
        self.ports.boundary(f"after {name}")

    def load(self, kind: str, run: Run, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Append rows to a table of this run; after a lost answer the table's size tells whether they are in it."""
        name, told = self.tables.of_run(kind, run.id), list(rows)

        def act(attempt: int) -> None:
            if attempt and self._arrived(name, len(told)):
                return
            self.bounded(f"load {kind}", lambda: self.warehouse.load(self.schema, name, columns, told))

        tried(self.ports, act)
        self.loaded[name] = self.loaded.get(name, 0) + len(told)

    def append(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Append rows to a state table in which the same row twice does no harm."""
        told = list(rows)
        self._again(f"load {table}", lambda: self.warehouse.load(self.schema, table, columns, told))

    def listing(self) -> set[str]:
        return self._again("list tables", lambda: self.warehouse.tables(self.schema))

    def describe(self, sql: str, statement: str) -> list[ColumnType]:
        """The columns that a SELECT would return."""
        return self._again(statement, lambda: self.warehouse.describe(sql, statement))

    def let_go(self) -> None:
        """Give back what only reading sources needs, where the warehouse holds such a thing."""
        release = getattr(self.warehouse, "release", None)
        if release is not None:
            release()

    def rows_of(self, table: str) -> int:
        """How many rows one of wsync's tables has."""
        return int(self.query("run/size", tables={"sized": self.tables.table(table)})[0][0])

    def _arrived(self, name: str, rows: int) -> bool:
        """Whether a load whose answer was lost is in its table."""
        known, found = self.loaded.get(name, 0), self.rows_of(name)
        if found not in (known, known + rows):
            raise WarehouseError(f"{name} has {found} rows where {known} or {known + rows} are possible")
        return found > known

    def repeated(self, act: Callable[[int], T]) -> T:
        """Do a few statements together, and again when an answer is lost; `act` is told how often it was tried."""
        return tried(self.ports, act)

    def _again(self, name: str, act: Callable[[], T]) -> T:
        """Do one thing that does no harm when it is done twice."""
        return tried(self.ports, lambda _attempt: self.bounded(name, act))

    def drop(self, name: str, kind: str = "table") -> None:
        """Drop one of wsync's own tables or views, if it is there."""
        self.loaded.pop(name, None)
        sql = self.drop_text(name, kind)
        self._again(f"drop {kind}", lambda: self.warehouse.execute(sql, f"drop {name}"))

    def drop_text(self, name: str, kind: str = "table") -> str:
        """What drops one of wsync's own tables or views, if it is there."""
        tree = exp.Drop(tables=[self.tables.table(name)], kind=kind.upper(), exists=True)
        return tree.sql(self.warehouse.dialect.rendering.dialect)

    def bounded(self, name: str, act: Callable[[], T]) -> T:
        """Do one thing in the warehouse between two boundaries."""
        self.ports.boundary(f"before {name}")
        done = act()
        self.ports.boundary(f"after {name}")
        return done

    def text(
        self,
        name: str,
        run: Run | None = None,
        *,
        tables: Mapping[str, Bound] | None = None,
        **values: Literal,
    ) -> str:
        """A canonical statement as text for this warehouse, sync and run."""
        binding = Binding(self.shape, {**self._bound(run), **(tables or {})}, {**self._known(run), **values})
        sql = render(name, binding, self.warehouse.dialect.rendering)
        if self.sync.source.query is None:
            return sql
        quoted = exp.to_table(QUERY).sql(self.warehouse.dialect.rendering.dialect, identify=True)
        return sql.replace(quoted, f"(\n{self.sync.source.query}\n) AS {quoted}")

    # -- what is known -------------------------------------------------------------------------------------------

    def sync_row(self) -> SyncRow | None:
        """The sync's row as it is now; None before its first run."""
        rows = self.query("run/sync_row")
        return SyncRow(*rows[0]) if rows else None

    def remember(self) -> SyncRow:
        """Read the sync's row, and keep it for the steps that follow. Needs the sync claimed once."""
        found = self.sync_row()
        assert found is not None  # noqa: S101 - claiming made it
        self.known = found
        return found

    def run_row(self, run_id: str) -> RunRow | None:
        """A run's row; None where there is no such run."""
        rows = self.query("run/run_row", run_id=run_id)
        return RunRow(*rows[0]) if rows else None

    # -- what holes are filled with ------------------------------------------------------------------------------

    def _known(self, run: Run | None) -> dict[str, Literal]:
        known: dict[str, Literal] = {"sync": self.sync.name}
        if run:
            known |= {"run_id": run.id, "fence": run.fence, "key": run.key, "config_hash": run.config_hash}
            known |= {"key_columns": run.key_columns, "key_types": run.key_types}
        return known

    def _bound(self, run: Run | None) -> dict[str, Bound]:
        tables = self.tables
        bound: dict[str, Bound] = {name: tables.table(name) for name in (*STATE, *VIEWS)}
        bound |= {"mirror": tables.table(tables.mirror), "baseline_view": tables.table(tables.baseline_view)}
        bound |= {f"task_{kind}": tables.table(tables.of_task(kind)) for kind in TASK_TABLES}
        bound["source"] = relation(self.sync.source)
        if run:
            bound |= {kind: tables.table(tables.of_run(kind, run.id)) for kind in (*RUN_TABLES, "snapshot")}
            bound["claim"] = tables.table(tables.claim(run.fence))
            bound["baseline"] = self.baseline(run)
            bound["slices"] = self._list("slices", slices(run.slices))
            bound["fields"] = self._list("fields", fields(run.fields, run.baseline_fields))
        return bound

    def _list(self, name: str, rows: exp.Query) -> exp.Query:
        rendering = self.warehouse.dialect.rendering
        mended = rendering.rewrite(rendering.folded(rows), name)
        assert isinstance(mended, exp.Query)  # noqa: S101 - what is mended stays what it was
        return mended

    def baseline(self, run: Run) -> exp.Select:
        """The baseline's rows that are not deletions, whatever columns its snapshot kept."""
        name = (
            self.tables.of_run("empty", run.id)
            if run.baseline is None
            else self.tables.of_run("snapshot", run.baseline)
        )
        columns: list[exp.Expr] = [exp.column(c) for c in SNAPSHOT_COLUMNS]
        columns += [self._kept(kept, run) for kept in self.shape.kept]
        rows = exp.select(*columns).from_(self.tables.table(name)).where("operation <> 'delete'", dialect="duckdb")
        return self.warehouse.dialect.rendering.folded(rows)

    def _kept(self, kept: str, run: Run) -> exp.Expr:
        if run.baseline is None or kept in run.kept:
            return exp.column(kept, quoted=True)
        dialect = self.warehouse.dialect.rendering.dialect
        return exp.alias_(
            exp.cast(exp.Null(), exp.DataType.build(self._kept_types()[kept], dialect=dialect)),
            kept,
            quoted=True,
        )

    def _kept_types(self) -> dict[str, str]:
        types = {column.name: column.type for column in self.source_types}
        return {kept: types[column] for kept, column in zip(self.shape.kept, self.shape.columns, strict=False)}

    def columns_of_runs(self) -> list[ColumnType]:
        sql = exp.select("*").from_(self.tables.table("runs")).sql(self.warehouse.dialect.rendering.dialect)
        found = self.describe(sql, "describe runs")
        return [column._replace(name=column.name.lower()) for column in found]

    def kept_by(self, snapshot: str) -> tuple[str, ...]:
        """The mapped columns that an older snapshot kept under the same name and type."""
        if not self.shape.kept:
            return ()
        sql = exp.select("*").from_(self.tables.table(snapshot)).sql(self.warehouse.dialect.rendering.dialect)
        there = self.describe(sql, "describe snapshot")
        known = {column.name: column.type for column in there}
        return tuple(kept for kept, type_ in self._kept_types().items() if known.get(kept) == type_)

    # -- the state schema ----------------------------------------------------------------------------------------

    def prepare_schema(self) -> None:
        """Make the state schema, tables and views that are not there yet."""
        there = self.listing()
        if not {*STATE, *VIEWS, self.tables.mirror} <= there:
            if not self._again("find schema", lambda: self.warehouse.has_schema(self.schema)):
                self._make_schema()
            for name in (*STATE, *VIEWS):
                if name not in there:
                    self.execute(f"state/{name}")
            if self.tables.mirror not in there:
                self._make_mirror()

    def _make_schema(self) -> None:
        rendering = self.warehouse.dialect.rendering
        named = exp.Table(db=exp.to_identifier(rendering.spelled(self.schema), quoted=True))
        sql = exp.Create(this=named, kind="SCHEMA", exists=True).sql(rendering.dialect)
        self._again("create schema", lambda: self.warehouse.execute(sql, "create schema"))

    def _make_mirror(self) -> None:
        recorded = "syncs" in self.listing() and (row := self.sync_row()) and row.mirror_rows
        if recorded and self.tables.mirror not in self.listing():  # another first run may have made it meanwhile
            raise ConfigError(
                f"the mirror of sync {self.sync.name} is missing although its last run recorded members: without it "
                "nothing that was sent could be removed. Restore the table, or abandon the sync and start a new one"
            )
        self.execute("state/mirror")


def relation(source: Source) -> exp.Table:
    """The source as a table node; a query's text takes its place after rendering, untouched."""
    if source.query is not None:
        return exp.to_table(QUERY)
    *above, name = source.relation
    db = above[-1] if above else None
    catalog = above[-2] if len(above) > 1 else None
    return exp.table_(name, db=db, catalog=catalog, quoted=True)
