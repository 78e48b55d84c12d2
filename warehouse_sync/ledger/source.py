"""The source's columns: described once a run, checked against key and mapping, and taken in their own spelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from ..adapters import ColumnType
from ..errors import ConfigError
from ..model import Sync
from .core import Ledger, relation


def describe_source(ledger: Ledger) -> Ledger:
    """The ledger, knowing the source's columns. Raises `ConfigError` where key or mapping do not fit them."""
    select = exp.select("*").from_(relation(ledger.sync.source))
    sql = ledger.sync.source.query or select.sql(ledger.warehouse.dialect.rendering.dialect)
    return with_source(ledger, ledger.describe(sql, "describe source"))


KEY_KINDS = ("text", "integer", "uuid", "date", "boolean")
REFUSED_KINDS = ("other",)


def with_source(ledger: Ledger, found: Sequence[ColumnType]) -> Ledger:
    """Check the key and the mapped columns against the source's, and take their spelling from it."""
    sync = ledger.sync
    columns = {spelled.name: spelled for spelled in found}
    key = tuple(_column(name, columns, sync, "primary_key") for name in sync.primary_key)
    mapped = dict[str, str]()
    for each in sync.mapping:
        if each.column is not None:
            mapped.setdefault(each.column, f"mapping.{each.field}")
    read = tuple(_column(name, columns, sync, key) for name, key in mapped.items())
    keys = dict(zip(read, mapped.values(), strict=True))
    for name in key:
        if columns[name].kind not in KEY_KINDS:
            raise ConfigError(
                f"column {name} has type {columns[name].type}, which cannot be a key (it has no one spelling); "
                "cast it to text or an integer in the source",
                path=_path(sync),
                line=_line(sync, "primary_key"),
                key="primary_key",
            )
    for name in read:
        if columns[name].kind in REFUSED_KINDS:
            raise ConfigError(
                f"column {name} has type {columns[name].type}, which no field takes; cast it to text in the source",
                path=_path(sync),
                line=_line(sync, keys[name]),
                key=keys[name],
            )
    kept = tuple(_kept_name(name) for name in read) if sync.snapshot == "rows" else ()
    booleans = tuple(name for name in key if columns[name].kind == "boolean")
    shape = replace(ledger.shape, key=key, columns=read, kept=kept, booleans=booleans)
    return replace(ledger, shape=shape, source_types=tuple(found))


RESERVED = (
    "primary_key",
    "fingerprint",
    "identity",
    "payload",
    "operation",
    "error_code",
    "filled",
    "baseline_run_id",
)


def _kept_name(name: str) -> str:
    return f"{name}_" if name.lower() in RESERVED else name


def _column(name: str, columns: Mapping[str, ColumnType], sync: Sync, key: str) -> str:
    if name in columns:
        return name
    alike = [spelled for spelled in columns if spelled.lower() == name.lower()]
    if len(alike) == 1:
        return alike[0]
    raise ConfigError(
        f"the source {sync.source.label} has no column {name}; it has {', '.join(sorted(columns)) or 'none'}. "
        "Nothing was read or sent. Correct the mapping, or bring the column back",
        path=_path(sync),
        line=_line(sync, key),
        key=key,
    )


def _path(sync: Sync) -> str | None:
    return str(sync.place.path) if sync.place else None


def _line(sync: Sync, key: str) -> int | None:
    return sync.lines.get(key, sync.place.line if sync.place else None)
