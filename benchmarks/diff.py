"""Changes and snapshot against the bare full outer join that compares every column and writes nothing.

    python -m benchmarks.diff [ROWS …]

One row in a hundred is inserted, updated and deleted. The two are run in turn, best of five each.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import shop
from warehouse_sync.ledger import steps
from warehouse_sync.ledger.core import Ledger, Run
from warehouse_sync.ledger.source import describe_source
from warehouse_sync.model import Mapped, Ports, Source

BASELINE = "20260101000000aaaa"
REFERENCE = """
select
  case when s.id is null then 'delete' when p.id is null then 'insert' when {distinct} then 'update' end as op,
  count(*)
from changed as s full join customers as p on s.id = p.id
group by 1
"""


def timed(work: Any) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def run(rows: int, *, changed: bool = True) -> dict[str, Any]:
    """Seconds of the reference, of changes and of the snapshot, and the ratio of their sum to the reference."""
    with tempfile.TemporaryDirectory() as folder:
        warehouse = shop.opened(Path(folder) / "diff.duckdb")
        shop.make(warehouse, rows)
        mapping = tuple(Mapped(name.upper(), name) for name in shop.COLUMNS)
        source = Source(("main", "changed" if changed else "customers"), label="changed")
        ledger = describe_source(
            Ledger(warehouse, "wsync", shop.sync("http://127.0.0.1:1", source=source, mapping=mapping), Ports())
        )
        ledger.prepare_schema()
        _baseline(ledger)
        fields = tuple(name.upper() for name in shop.COLUMNS)
        one = Run("20260102000000bbbb", 1, "run", "", "", "", fields, BASELINE)
        distinct = " or ".join(f"s.{name} is distinct from p.{name}" for name in shop.COLUMNS)
        best = {"reference": 1e9, "changes": 1e9, "snapshot": 1e9}
        for _ in range(5):
            _clear(ledger, one)
            best["reference"] = min(
                best["reference"], timed(lambda: warehouse.query(REFERENCE.format(distinct=distinct), "reference"))
            )
            best["changes"] = min(best["changes"], timed(lambda: ledger.execute("run/changes", one, fresh=False)))
            prepare(ledger, one)
            best["snapshot"] = min(
                best["snapshot"], timed(lambda: ledger.execute("run/snapshot", one, no_baseline=False))
            )
        warehouse.close()
    ratio = (best["changes"] + best["snapshot"]) / best["reference"]
    return {"rows": rows, "changed": changed, **{k: round(v, 3) for k, v in best.items()}, "ratio": round(ratio, 2)}


def _baseline(ledger: Ledger) -> None:
    """The snapshot that an earlier run would have left, digests and all."""
    columns = ", ".join(shop.COLUMNS)
    ledger.warehouse.execute(
        f"create table wsync.{ledger.tables.of_run('snapshot', BASELINE)} as select id as primary_key, "
        f"hash({columns}) as fingerprint, md5(email)::uuid as identity, md5(phone)::uuid as payload, "
        "'unchanged' as operation, null::varchar as error_code, '+++++++' as filled from customers",
        "baseline",
    )


def _clear(ledger: Ledger, one: Run) -> None:
    for kind in ("changes", "prepared", "snapshot"):
        ledger.drop(ledger.tables.of_run(kind, one.id))


def prepare(ledger: Ledger, one: Run) -> None:
    """Prepared rows for what changed, as a run would have loaded them."""
    ledger.execute("run/prepared", one)
    for batch in steps.changed_rows(ledger, one):
        digest = [f"{n:032x}" for n in range(len(batch))]
        rows = [(row[0], "ready", "+++++++", own, own) for row, own in zip(batch, digest, strict=True)]
        ledger.load("prepared", one, ("primary_key", "verdict", "filled", "identity", "payload"), rows)


if __name__ == "__main__":
    for count in map(int, sys.argv[1:] or ["1000000", "10000000"]):
        print(run(count))
        print(run(count, changed=False))
