"""Warehouses that have no adapter yet: what their SQL would be, kept for review. Nothing here was ever executed.

Facts as read on 2026-11-22. Databricks: `xxhash64` takes any columns, but skips nulls, so one text goes in
(docs.databricks.com/en/sql/language-manual/functions/xxhash64); there is no UUID type. Trino: `xxhash64` and `sha256`
take and give bytes (trino.io/docs/current/functions/binary). Neither promises to compute a CTE once.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from warehouse_sync.adapters import Dialect
from warehouse_sync.statements import Rendering


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _told(columns: Sequence[exp.Expr]) -> exp.Expr:
    """All columns as one text, each with its length before it, so that neither NULL nor a separator can confuse."""
    whole: exp.Expr | None = None
    for column in columns:
        text = exp.cast(column.copy(), "text")
        length = exp.cast(_call("length", text.copy()), "text")
        parts = exp.DPipe(this=exp.DPipe(this=exp.DPipe(this=exp.Literal.string("v"), expression=length, safe=True),
                                         expression=exp.Literal.string(":"), safe=True),
                          expression=text, safe=True)  # fmt: skip
        missing = exp.Is(this=column.copy(), expression=exp.Null())
        told = exp.Case().when(missing, exp.Literal.string("n")).else_(parts)
        whole = told if whole is None else exp.DPipe(this=whole, expression=told, safe=True)
    assert whole is not None
    return whole


def _bytes(tree: exp.Expr, _name: str) -> exp.Expr:
    for type_ in list(tree.find_all(exp.DataType)):
        if type_.is_type("uuid"):
            type_.replace(exp.DataType.build("binary"))
    return tree


DATABRICKS = Dialect(
    name="databricks",
    rendering=Rendering(
        "databricks",
        fingerprint=lambda columns: _call("xxhash64", _told(columns)),
        digest=lambda text: _call("sha2", text, exp.Literal.number(256)),
        digest_text=lambda column: _call("lower", _call("hex", column)),
        fold=str.lower,
        rewrite=_bytes,
        reads_cte_once=False,
    ),
    name_limit=255,
)

TRINO = Dialect(
    name="trino",
    rendering=Rendering(
        "trino",
        fingerprint=lambda columns: _call("from_big_endian_64", _call("xxhash64", _call("to_utf8", _told(columns)))),
        digest=lambda text: _call("lower", _call("to_hex", _call("sha256", _call("to_utf8", text)))),
        fold=str.lower,
        reads_cte_once=False,
    ),
    name_limit=128,
)
