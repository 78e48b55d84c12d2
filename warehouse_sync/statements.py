"""The canonical SQL made ready for one warehouse: parsed once, bound by syntax-tree nodes, rendered by sqlglot.

Canonical files are duckdb SQL with three kinds of holes, all filled with nodes, never with text:

- table names such as `source`, `baseline`, `mirror`: bound to this sync's and this run's tables;
- `$name` values: bound to literals (numbers, texts, booleans, null);
- macros, which look like function calls: `key_of(source)`, `fingerprint_of(source)`, `columns_of(source)`,
  `kept_columns_of(source)`, `passed_columns_of(alias)`, `passed_or_kept(row, before)`, `kept_again(alias)`,
  `kept_now(alias)`, `key_text(column)`, `digest_text(column)`,
  `identifiers_of(alias)`, `coalesced_identifiers(first, second)`, and the table macro `tokens_of(table)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import resources
from typing import TypeVar

import sqlglot
from sqlglot import exp

from .model import IDENTIFIER_SLOTS

Bound = exp.Table | exp.Query
T = TypeVar("T", bound=exp.Expr)
Literal = str | int | float | bool | datetime | exp.Expr | None


@dataclass(frozen=True)
class Rendering:
    """What differs between warehouses when a statement is rendered: facts and a few small tree builders.

    `dialect` is sqlglot's name. `fingerprint` turns the mapped columns into one null-safe 64-bit expression.
    `digest` turns a text expression into its SHA-256 in lower-case hex, `digest_text` a column of 16-byte digests into
    text. `fold` spells a name written without quotes as the server does (None: as written). `rewrite` mends, in the
    statement of that name, what sqlglot gets wrong. Without `reads_cte_once` a materialised CTE may be computed twice:
    it is taken out of its statement, and a table of its name is read instead. `boolean_text` makes 'true' or 'false' of
    a boolean key column where no cast does.
    """

    dialect: str
    fingerprint: Callable[[Sequence[exp.Expr]], exp.Expr]
    digest: Callable[[exp.Expr], exp.Expr]
    digest_text: Callable[[exp.Expr], exp.Expr] = lambda column: exp.cast(column, "text")
    fold: Callable[[str], str] | None = None
    rewrite: Callable[[exp.Expr, str], exp.Expr] = lambda tree, _name: tree
    reads_cte_once: bool = True
    boolean_text: Callable[[exp.Expr], exp.Expr] | None = None

    def spelled(self, name: str) -> str:
        """How the server spells a name that is written without quotes."""
        return self.fold(name) if self.fold else name

    def folded(self, tree: T) -> T:
        """The tree with every unquoted name in it spelled as the server does."""
        if self.fold:
            for identifier in tree.find_all(exp.Identifier):
                if not identifier.quoted:
                    identifier.set("this", self.fold(identifier.this))
        return tree


@dataclass(frozen=True)
class Shape:
    """The columns of one sync's source: its key, and what the mapping reads.

    `kept` are the names under which `snapshot: rows` keeps the mapped columns; empty for `snapshot: keys`. `booleans`
    are those of the key's columns that are booleans.
    """

    key: tuple[str, ...] = ("key",)
    columns: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    digest_key: bool = False
    booleans: tuple[str, ...] = ()


@dataclass(frozen=True)
class Binding:
    """Everything a canonical statement's holes are filled with."""

    shape: Shape = field(default_factory=Shape)
    tables: Mapping[str, Bound] = field(default_factory=dict)
    values: Mapping[str, Literal] = field(default_factory=dict)


@cache
def canonical(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return resources.files("warehouse_sync.sql").joinpath(f"{name}.sql").read_text(encoding="utf-8")


@cache
def names() -> tuple[str, ...]:
    """Every canonical statement, as `folder/name`, sorted."""
    root = resources.files("warehouse_sync.sql")
    folders = [folder for folder in root.iterdir() if folder.is_dir() and not folder.name.startswith("_")]
    return tuple(
        sorted(
            f"{folder.name}/{file.name.removesuffix('.sql')}"
            for folder in folders
            for file in folder.iterdir()
            if file.name.endswith(".sql")
        )
    )


@cache
def parsed(name: str) -> exp.Expr:
    """The syntax tree of a canonical statement, without its header comment. Copy before changing it."""
    tree = sqlglot.parse_one(canonical(name), read="duckdb")
    for node in tree.walk():
        node.comments = None
    return tree


def render(name: str, binding: Binding, rendering: Rendering) -> str:
    """One canonical statement as text for one warehouse. Raises `KeyError` where a hole has no binding."""

    def filled(hole: re.Match[str]) -> str:
        if hole["value"]:
            return _valued(binding.values[hole["value"]], rendering)
        bound = binding.tables[hole["table"]]
        if hole["dot"]:
            return f"{bound.this.sql(rendering.dialect, identify=True)}."
        text = bound.sql(rendering.dialect, identify=True)
        return text if isinstance(bound, exp.Table) else f"({text})"

    return HOLE.sub(filled, _template(name, canonical(name), binding.shape, rendering))


def _valued(value: Literal, rendering: Rendering) -> str:
    """A value as text; an expression is mended like the statement it comes into."""
    if not isinstance(value, exp.Expr):
        return literal(value).sql(rendering.dialect)
    mended = rendering.rewrite(exp.select(value.copy()), "value")
    return str(mended.expressions[0].sql(rendering.dialect))


HOLE = re.compile(r"""(?P<quote>["`])hole:(?P<table>\w+)(?P=quote)(?P<dot>\.)?|§(?P<value>\w+)§""")
"""What a template leaves open: a table where a table stands or before a column's dot, and a value."""


@cache
def _template(name: str, text: str, shape: Shape, rendering: Rendering) -> str:
    """A statement rendered for a shape and a dialect, tables and values still open: sqlglot works once for each."""
    del text  # only there to be a part of the cache's key
    tree = parsed(name).copy()
    tree = tree.transform(lambda node: _fill(node, shape, rendering), copy=False)
    if not rendering.reads_cte_once:
        tree = _without_materialized(tree)
    tree = rendering.rewrite(rendering.folded(_opened(tree)), name)
    return tree.sql(dialect=rendering.dialect, identify=True, pretty=True, unsupported_level=sqlglot.ErrorLevel.RAISE)


def _without_materialized(tree: exp.Expr) -> exp.Expr:
    """Leave out every materialised CTE: what reads it reads a table of its name, which then is a hole."""
    for cte in list(tree.find_all(exp.CTE)):
        if cte.args.get("materialized"):
            cte.pop()
    return tree


def _opened(tree: exp.Expr) -> exp.Expr:
    """Make a hole of every table that the statement does not define itself, also before the dot of a column."""
    own = {cte.alias for cte in tree.find_all(exp.CTE)} | {alias.name for alias in tree.find_all(exp.TableAlias)}
    holes = {table.name for table in tree.find_all(exp.Table)} - own
    for table in list(tree.find_all(exp.Table)):
        if table.name in holes:
            table.set("this", exp.to_identifier(f"hole:{table.name}", quoted=True))
    for column in tree.find_all(exp.Column):
        if column.table in holes and column.table not in own:
            column.set("table", exp.to_identifier(f"hole:{column.table}", quoted=True))
    return tree


def _fill(node: exp.Expr, shape: Shape, rendering: Rendering) -> exp.Expr:
    if isinstance(node, exp.Placeholder):
        return exp.Var(this=f"§{node.name}§")
    if isinstance(node, exp.Select | exp.Schema):
        node.set("expressions", [filled for one in node.expressions for filled in _spread(one, shape, rendering)])
        if isinstance(node, exp.Schema):
            for column in node.find_all(exp.Column):
                column.set("table", None)
        return node
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Anonymous):
        return _tokens(node)
    if isinstance(node, exp.Anonymous) and node.name.lower() == "key_text":
        return exp.cast(node.expressions[0], "text")
    if isinstance(node, exp.Anonymous) and node.name.lower() == "digest_text":
        return rendering.digest_text(node.expressions[0])
    return node


def literal(value: Literal) -> exp.Expr:
    """A value as a literal node; a time as a UTC timestamp with its zone, an expression as it is."""
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), "timestamptz")
    return exp.convert(value)


def _spread(one: exp.Expr, shape: Shape, rendering: Rendering) -> list[exp.Expr]:
    """A select's or an insert's column, or the columns that its macro stands for."""
    inner = one.this if isinstance(one, exp.Alias) else one
    if not isinstance(inner, exp.Anonymous):
        return [one]
    args = [argument.name for argument in inner.expressions]
    match inner.name.lower():
        case "key_of":
            return [exp.alias_(key(shape, rendering), "primary_key")]
        case "fingerprint_of":
            columns = [exp.column(name, quoted=True) for name in shape.columns]
            return [exp.alias_(rendering.fingerprint(columns), "fingerprint")]
        case "columns_of":
            return [exp.alias_(exp.column(name, quoted=True), passed(n)) for n, name in enumerate(shape.columns)]
        case "kept_columns_of":
            pairs = zip(shape.columns, shape.kept, strict=False)
            return [exp.alias_(exp.column(name, quoted=True), kept, quoted=True) for name, kept in pairs]
        case "passed_columns_of":
            return [exp.column(passed(n), args[0]) for n in range(len(shape.columns))]
        case "passed_or_kept":
            return [_passed_or_kept(n, shape, *args) for n in range(len(shape.columns))]
        case "kept_again":
            return [exp.column(exp.to_identifier(kept, quoted=True), args[0]) for kept in shape.kept]
        case "kept_now":
            return [exp.alias_(exp.column(passed(n), args[0]), kept, quoted=True) for n, kept in enumerate(shape.kept)]
        case "identifiers_of":
            return [exp.column(slot, args[0]) for slot in SLOTS]
        case "coalesced_identifiers":
            return [exp.alias_(exp.func("coalesce", *(exp.column(s, a) for a in args)), s) for s in SLOTS]
    return [one]


def _passed_or_kept(n: int, shape: Shape, row: str, before: str) -> exp.Expr:
    """A mapped column of a row, or for a row that is gone what its snapshot kept of it."""
    now = exp.column(passed(n), row)
    if not shape.kept:
        return now
    gone = exp.Is(this=exp.column("copies", row), expression=exp.Null())
    then = exp.column(exp.to_identifier(shape.kept[n], quoted=True), before)
    return exp.alias_(exp.Case().when(gone, then).else_(now), passed(n))


SLOTS = tuple(f"identifier_{n + 1}" for n in range(IDENTIFIER_SLOTS))


def passed(n: int) -> str:
    """The name under which the n-th mapped column travels in a run's tables."""
    return f"column_{n + 1}"


def key(shape: Shape, rendering: Rendering) -> exp.Expr:
    """The primary key of a source row: its own type when it is one column, a JSON array of texts when it is more."""
    columns = [_key_column(name, shape, rendering) for name in shape.key]
    whole = columns[0] if len(columns) == 1 else _composite(columns)
    return rendering.digest(exp.cast(whole, "text")) if shape.digest_key else whole


def _key_column(name: str, shape: Shape, rendering: Rendering) -> exp.Expr:
    column = exp.column(name, quoted=True)
    return rendering.boolean_text(column) if rendering.boolean_text and name in shape.booleans else column


JSON_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def _composite(columns: Sequence[exp.Expr]) -> exp.Expr:
    parts: list[exp.Expr] = []
    for column in columns:
        text: exp.Expr = exp.cast(column.copy(), "text")
        for plain, escaped in JSON_ESCAPES:
            text = exp.func("replace", text, exp.Literal.string(plain), exp.Literal.string(escaped))
        parts += [exp.Literal.string('["' if not parts else '", "'), text]
    joined = parts[0]
    for part in [*parts[1:], exp.Literal.string('"]')]:
        joined = exp.DPipe(this=joined, expression=part, safe=True)
    missing = exp.or_(*(exp.Is(this=column.copy(), expression=exp.Null()) for column in columns))
    return exp.Case().when(missing, exp.Null()).else_(joined)


def _tokens(node: exp.Table) -> exp.Expr:
    """`tokens_of(t) as x`: one row per identifier token of t's rows: identity, the slot's bit, the token."""
    name = node.this.expressions[0].name
    selects = [
        exp.select(
            exp.column("identity"), exp.alias_(exp.Literal.number(1 << n), "bit"), exp.alias_(exp.column(slot), "token")
        )
        .from_(exp.to_table(name))
        .where(exp.column(slot).is_(exp.Null()).not_())
        for n, slot in enumerate(SLOTS)
    ]
    union: exp.Query = selects[0]
    for select in selects[1:]:
        union = exp.union(union, select, distinct=False, copy=False)
    return exp.Subquery(this=union, alias=exp.TableAlias(this=exp.to_identifier(node.alias)))
