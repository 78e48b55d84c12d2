"""Redshift's dialect: what sqlglot does not say as AWS documents it (docs.aws.amazon.com/redshift/latest/dg, all read
2026-11-22; each rule names its page)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from warehouse_sync.adapters import Dialect, schedulers
from warehouse_sync.statements import Rendering

TEXT = "varchar(65535)"
"""The longest VARCHAR. TEXT, and VARCHAR without a length, would be 256 bytes (r_Character_types)."""

WORD = "varchar(32)"
"""For columns of our own words: a query sets memory aside by a column's width
(c_best-practices-smallest-column-size)."""

DIGEST = "char(32)"
"""A digest in hex. Not VARBYTE(16): that can be neither a sort key nor a distribution key (r_VARBYTE_type), and has no
literal that a multi-row INSERT could hold. A CHAR is as wide as its text, and digests are ASCII, as CHAR must be."""

WORDS = frozenset(
    ("state", "status", "phase", "kind", "mode", "run_trigger", "operation", "reason", "problem", "action")
) | {"planned_action", "old_action", "old_state"}
"""Columns that hold words of ours, none longer than 32 bytes."""

HOLES = {("settle/baseline_view", "baseline_run_id"): WORD, ("task/judge", "filled"): TEXT}
"""Texts bound as values that become a column, by statement and column."""

PLACED: dict[str, tuple[str | None, str | None]] = {
    "state/mirror": ("identity", "identity"),
    "state/sync_log": (None, "logged_at"),
    "run/source_rows": ("primary_key", None),
    "run/changes": ("primary_key", None),
    "run/prepared": ("primary_key", None),
    "run/empty_baseline": ("primary_key", None),
    "run/snapshot": ("primary_key", None),
    "run/wanted": ("identity", None),
    "run/leaving": ("identity", None),
    "run/removals": ("identity", None),
    "run/plan": ("identity", None),
}
"""The distribution key and sort key of a table, by the statement that makes it: what is joined lies on one node."""


def fingerprint(columns: Sequence[exp.Expr]) -> exp.Expr:
    """FNV_HASH of each column's own FNV_HASH, seeded with the one before it.

    FNV_HASH runs over a text's bytes without its length, so that seeding a hash with another is hashing the two joined
    ('cd' seeded with 'ab' is 'abcd'); what it makes of NULL is not said (r_FNV_HASH). Hashes of 8 bytes and a CASE
    leave neither to chance. No column is cast: FNV_HASH takes every basic type, and booleans have no text.
    """
    zero = exp.cast(exp.Literal.number(0), "bigint")
    whole: exp.Expr | None = None
    for column in columns:
        own = exp.Anonymous(this="FNV_HASH", expressions=[column.copy()])
        told: exp.Expr = exp.Case().when(_null(column), zero.copy()).else_(own)
        whole = told if whole is None else exp.Anonymous(this="FNV_HASH", expressions=[told, whole])
    return zero if whole is None else whole


def digest(text: exp.Expr) -> exp.Expr:
    """`SHA2(text, 256)`: 64 hex digits in lower case (SHA2)."""
    return exp.Anonymous(this="SHA2", expressions=[text, exp.Literal.number(256)])


def boolean_text(column: exp.Expr) -> exp.Expr:
    """'true' or 'false'. A boolean cannot be cast to VARCHAR, and where it can becomes 't' (error 42846)."""
    told = exp.Case()
    for value in ("true", "false"):
        is_it = exp.EQ(this=column.copy(), expression=exp.Boolean(this=value == "true"))
        told = told.when(is_it, exp.Literal.string(value))
    return exp.cast(told, WORD)


def rewrite(tree: exp.Expr, name: str) -> exp.Expr:
    """Mend one canonical statement."""
    for node in list(tree.walk(bfs=False)):
        mend = MENDS.get(type(node))
        if mend:
            mend(node)
    for select in reversed(list(tree.find_all(exp.Select))):  # the inner ones first: they are copied
        _joined(select)
        _typed(select, name)
    if name == "settle/mirror_delete":
        _deleted(tree)
    if isinstance(tree, exp.Create) and tree.kind == "VIEW":
        tree.set("replace", value=True)  # somebody's own view may be built on it; two first runs may make it at once
    if name in PLACED and isinstance(tree, exp.Create):
        tree.set("properties", exp.Properties(expressions=_placed(*PLACED[name])))
    return tree


def _null(node: exp.Expr) -> exp.Is:
    return exp.Is(this=node.copy(), expression=exp.Null())


def _type(node: exp.Expr) -> None:
    if node.is_type("uuid"):
        node.replace(_built(DIGEST))
    elif node.is_type("text"):
        parent = node.parent
        named = parent if isinstance(parent, exp.ColumnDef) else parent.parent if parent else None
        short = isinstance(named, exp.ColumnDef | exp.Alias) and named.alias_or_name in WORDS
        node.replace(_built(WORD if short else TEXT))


def _built(type_: str) -> exp.DataType:
    return exp.DataType.build(type_, dialect="redshift")


def _clock(node: exp.Expr) -> None:
    """SYSDATE: CURRENT_TIMESTAMP runs on the leader node only, and GETDATE has no fractions of a second.

    Both have no zone and are in the session's, which the cast takes back out: the time is right in any
    (r_SYSDATE, r_GETDATE, c_Supported_data_types).
    """
    node.replace(exp.Cast(this=exp.CurrentTimestamp(sysdate=True), to=exp.DataType.build("timestamptz")))


def _unlike(node: exp.Expr) -> None:
    """IS DISTINCT FROM is not supported (c_unsupported-postgresql-functions); where both are null this is null."""
    left, right = node.this, node.expression
    one = exp.and_(_null(left), exp.not_(_null(right)))
    other = exp.and_(exp.not_(_null(left)), _null(right))
    node.replace(exp.paren(exp.or_(exp.NEQ(this=left.copy(), expression=right.copy()), one, other)))


def _framed(node: exp.Expr) -> None:
    """An aggregate over an ordered window needs a frame (r_Window_function_synopsis). Ours are ordered uniquely."""
    ordered = node.args.get("order") and not node.args.get("spec")
    if ordered and isinstance(node.this, exp.Sum | exp.Count | exp.Min | exp.Max):
        node.set("spec", exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING"))


def _explicit(node: exp.Expr) -> None:
    """A boolean is compared, not only named: AWS warns of implicit comparisons (r_Boolean_type)."""
    if isinstance(node.this, exp.Column):
        node.replace(exp.EQ(this=node.this.copy(), expression=exp.false()))


MENDS: dict[type[exp.Expr], Callable[[exp.Expr], None]] = {
    exp.DataType: _type,
    exp.CurrentTimestamp: _clock,
    exp.NullSafeNEQ: _unlike,
    exp.Window: _framed,
    exp.Not: _explicit,
}


def _joined(select: exp.Select) -> None:
    """`x in (select …)` becomes a left join of the distinct values.

    Redshift runs a subquery only as a join, and some IN it cannot turn into one: over an aggregate with GROUP BY
    (r_correlated_subqueries), and beneath an OR. None of our lists has a null in it where NOT IN is asked.
    """
    where = select.args.get("where")
    found = [node for node in where.find_all(exp.In) if node.args.get("query")] if where else []
    for place, node in enumerate([node for node in found if node.parent_select is select], start=1):
        alias = f"among_{place}"
        values = node.args["query"].unnest().copy()
        (value,) = values.expressions
        values.set("expressions", [exp.alias_(value.unalias(), "member", quoted=True)])
        values.set("distinct", exp.Distinct())
        member = exp.column("member", alias, quoted=True)
        on = exp.EQ(this=member, expression=node.this.copy())
        if isinstance(node.parent, exp.Not):
            node.parent.replace(_null(member))
        else:
            node.replace(exp.not_(_null(member)))
        select.join(values.subquery(alias), on=on, join_type="left", copy=False)


def _typed(select: exp.Select, name: str) -> None:
    """A literal that becomes a column gets a type and a width.

    Without them it is `unknown`, which later steps cannot convert, or just as wide as the literals here, too narrow for
    what is inserted later.
    """
    for one in select.expressions:
        inner = one.unalias()
        longest = _longest(inner)
        width = HOLES.get((name, one.alias)) or (longest is not None and (WORD if longest <= 32 else TEXT))
        if width:
            inner.replace(exp.Cast(this=inner.copy(), to=_built(width)))


def _longest(node: exp.Expr) -> int | None:
    """The bytes of the longest text that an expression can be, where it can only be one of those written in it."""
    if isinstance(node, exp.Case):
        told = [branch.args["true"] for branch in node.args["ifs"]] + [node.args.get("default")]
        lengths = [_longest(each) for each in told if each is not None and not isinstance(each, exp.Null)]
        return max((n for n in lengths if n is not None), default=None) if None not in lengths else None
    return len(node.this.encode()) if isinstance(node, exp.Literal) and node.is_string else None


def _deleted(tree: exp.Expr) -> None:
    """The mirror's rows are named by IN, as AWS shows it for DELETE (r_DELETE), not by a correlated EXISTS."""
    exists = next(tree.find_all(exp.Exists))
    rows = exists.this.copy()
    pair = rows.args.pop("where").this
    rows.set("expressions", [pair.this])
    exists.replace(exp.In(this=pair.expression, query=rows.subquery()))


def _placed(together: str | None, sorted_by: str | None) -> list[exp.Expr]:
    found: list[exp.Expr] = []
    if together:
        found.append(exp.DistStyleProperty(this=exp.var("KEY")))
        found.append(exp.DistKeyProperty(this=exp.to_identifier(together, quoted=True)))
    if sorted_by:
        found.append(exp.SortKeyProperty(this=[exp.to_identifier(sorted_by, quoted=True)], compound=False))
    return found


DIALECT = Dialect(
    name="redshift",
    rendering=Rendering(
        "redshift",
        fingerprint,
        digest,
        digest_text=lambda column: exp.cast(column, WORD),
        fold=str.lower,
        rewrite=rewrite,
        reads_cte_once=False,
        boolean_text=boolean_text,
    ),
    name_limit=127,
    task=schedulers.REDSHIFT,
)
