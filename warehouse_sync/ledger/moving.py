"""A sync's state moved to another name, or dropped: each step repeatable, in an order that a crash cannot hurt."""

from __future__ import annotations

from .core import Ledger, Run
from .tables import STATE, TASK_TABLES

HISTORY = ("runs", "sync_log", "suppressed")


def copy(source: Ledger, to: Ledger) -> None:
    """Everything a run of the new name needs, beside the old: mirror, snapshots, baseline view, suppressions."""
    there = source.listing()
    copies = {source.tables.mirror: to.tables.mirror}
    to.drop(to.tables.baseline_view, "view")
    for name in there:
        found = source.tables.run_of(name)
        if found and found[0] == "snapshot":
            copies[name] = to.tables.of_run(*found)
    for original, copied in copies.items():
        if original in there:
            source.drop(copied)
            tables = {"original": source.tables.table(original), "copied": source.tables.table(copied)}
            source.execute("state/copy", tables=tables)
    pointer = source.remember().baseline_run_id
    if pointer is not None and source.tables.of_run("snapshot", pointer) in there:
        to.execute("settle/baseline_view", Run(pointer, 0, "", "", "", "", (), None))
    source.execute("state/copy_suppressed", new=to.sync.name)


def switch(source: Ledger, to: Ledger) -> None:
    """The one statement that makes the new name stand."""
    _rename(source, to, "syncs")


def left(source: Ledger) -> bool:
    """Whether anything of the old name is left."""
    return bool(_tables(source)) or any(
        source.query("state/count_rows", tables={"counted": source.tables.table(name)})[0][0] for name in HISTORY
    )


def clear(source: Ledger, to: Ledger) -> None:
    """After the switch: history takes the new name, what is left of the old one goes."""
    for name in ("runs", "sync_log"):
        _rename(source, to, name)
    source.execute("state/abandon", tables={"abandoned": source.tables.table("suppressed")})
    _drop_tables(source)


def _rename(source: Ledger, to: Ledger, table: str) -> None:
    tables = {"renamed": source.tables.table(table)}
    to.execute("state/rename", tables=tables, old=source.sync.name)


def abandon(ledger: Ledger, run: Run) -> None:
    """Drop a held sync's state. Its row in `syncs` is the last to go: until then the command can be repeated."""
    own = ledger.tables.claim(run.fence)
    _drop_tables(ledger, but=own)
    for name in (*(name for name in STATE if name != "syncs"), "syncs"):
        ledger.execute("state/abandon", tables={"abandoned": ledger.tables.table(name)})
    ledger.drop(own)


def _tables(ledger: Ledger) -> list[str]:
    tables = ledger.tables
    mine = [name for name in ledger.listing() if tables.run_of(name) or tables.fence_of(name) is not None]
    named = {tables.mirror, tables.baseline_view, *map(tables.of_task, TASK_TABLES)}
    return sorted([*mine, *(named & ledger.listing())])


def _drop_tables(ledger: Ledger, but: str = "") -> None:
    ledger.drop(ledger.tables.baseline_view, "view")
    for name in _tables(ledger):
        if name not in (but, ledger.tables.baseline_view):
            ledger.drop(name)
