"""How BigQuery's SQL (GoogleSQL) differs: fingerprints, digests, table options, and what sqlglot does not render."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp

from warehouse_sync.adapters import Dialect, schedulers
from warehouse_sync.errors import ConfigError
from warehouse_sync.statements import Rendering

EXPIRING = (
    "run/source_rows",
    "run/changes",
    "run/wanted",
    "run/leaving",
    "run/removals",
    "run/asked",
    "task/adopt",
    "settle/verdict",
)
"""Tables that can be made again from others, so that BigQuery may drop them by itself. Never the mirror, state, claims,
snapshots, prepared rows, plans or outcomes: recovery needs those."""

EXPIRY = "TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)"


def fingerprint(columns: Sequence[exp.Expr]) -> exp.Expr:
    """64 bits over each column's text with its length before it, so that neither NULL nor a separator can confuse.

    FARM_FINGERPRINT's "output for a particular input never changes" (BigQuery's page on hash functions, 2026-11-22).
    """
    parts: list[exp.Expr] = []
    for column in columns:
        text = exp.cast(column.copy(), "text")
        length = exp.cast(exp.Anonymous(this="LENGTH", expressions=[text.copy()]), "text")
        told = _concat(exp.Literal.string("v"), length, exp.Literal.string(":"), text)
        missing = exp.Is(this=column.copy(), expression=exp.Null())
        parts.append(exp.Case().when(missing, exp.Literal.string("n")).else_(told))
    whole = parts[0] if len(parts) == 1 else _concat(*parts)
    return exp.Anonymous(this="FARM_FINGERPRINT", expressions=[whole])


def _concat(*parts: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="CONCAT", expressions=list(parts))


def digest(text: exp.Expr) -> exp.Expr:
    """`TO_HEX(SHA256(text))`: SHA256 alone gives bytes."""
    return digest_text(exp.Anonymous(this="SHA256", expressions=[text]))


def digest_text(column: exp.Expr) -> exp.Expr:
    """Bytes as lower-case hex."""
    return exp.Anonymous(this="TO_HEX", expressions=[column])


def rewrite(tree: exp.Expr, name: str) -> exp.Expr:
    """Mend the tree of one canonical statement: digests as bytes, window orders, typed nulls, table options."""
    for identifier in tree.find_all(exp.Identifier):
        named(identifier.name)
    for type_ in list(tree.find_all(exp.DataType)):
        if type_.is_type("uuid"):
            type_.replace(_bytes(sized=isinstance(type_.parent, exp.ColumnDef)))
    for order in tree.find_all(exp.Ordered):
        if order.find_ancestor(exp.Window):
            # NULLS LAST is refused in a window; what is ordered there is never null.
            order.set("nulls_first", not order.args.get("desc"))
    _typed(tree)
    if name in EXPIRING or name == "state/mirror":
        tree.set("properties", exp.Properties(expressions=[_option(name)]))
    return tree


def named(name: str) -> str:
    """The name as it is. Raises `ConfigError` where no quoting could hold it.

    A backslash escapes inside a quoted name, so one before the closing backtick would open the statement.
    """
    if re.search(r"[`\\]", name):
        raise ConfigError("a name holds a backtick or a backslash, which BigQuery's names cannot have; correct it")
    return name


def _bytes(*, sized: bool) -> exp.DataType:
    size = [exp.DataTypeParam(this=exp.Literal.number(16))] if sized else []
    return exp.DataType(this=exp.DataType.Type.VARBINARY, expressions=size)


def _option(name: str) -> exp.Expr:
    if name == "state/mirror":
        # Not by identity: BYTES cannot be clustered by (BigQuery's page on clustered tables, 2026-11-22).
        return exp.ClusterProperty(expressions=[exp.column("primary_key")])
    return exp.Property(this=exp.var("expiration_timestamp"), value=exp.var(EXPIRY))


def _typed(tree: exp.Expr) -> None:
    """Name the type of values that may be null: selected, a bare NULL is an integer; compared, it is refused."""
    holes = [each for each in tree.find_all(exp.Var) if each.name.startswith("§")]
    asked = {each.name for each in holes if isinstance(each.parent, exp.Is)}
    for each in holes:
        if each.name in (*asked, *NULLABLE) and not isinstance(each.parent, exp.Is):
            each.replace(exp.cast(each.copy(), "text"))


NULLABLE = ("§baseline_run_id§", "§dbt_invocation_id§", "§key§")

DIALECT = Dialect(
    name="bigquery",
    rendering=Rendering(
        "bigquery",
        fingerprint=fingerprint,
        digest=digest,
        digest_text=digest_text,
        fold=named,
        rewrite=rewrite,
        reads_cte_once=False,
    ),
    name_limit=300,
    default_schema="wsync",
    batch_rows=50_000,  # each batch is a load job, and a table may have 1,500 of them a day (quotas page, 2026-11-22)
    task=schedulers.BIGQUERY,
)
