"""The same work on PostgreSQL: changes and snapshot, preparing and loading back, and the client's memory.

    python -m benchmarks.postgres [ROWS]

A server of its own is started (the tests' one). The reference copies the source with all its columns and compares the
copy with the last one by one full outer join, as tools do that keep whole snapshots; it is run in turn with ours, best
of three each. Preparing is a first sync's: every row is read in a stream, prepared and loaded back, by PostgreSQL and
by duckdb in turn. Memory is that of a fresh process which does it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlglot import exp

from benchmarks import diff, shop, sync
from tests.postgres_server import running_postgres
from warehouse_sync import adapters
from warehouse_sync.adapters import Warehouse
from warehouse_sync.ledger import steps
from warehouse_sync.ledger.core import Ledger, Run
from warehouse_sync.ledger.source import describe_source
from warehouse_sync.model import Mapped, Ports, Source
from warehouse_sync.preparing import preparer_of

COPY = "create table reference_copy as select * from changed"
COMPARE = """
create table reference_diff as
select
  case when s.id is null then 'delete' when p.id is null then 'insert' else 'update' end as op,
  coalesce(s.id, p.id) as id, s.email, s.phone, s.first_name, s.last_name, s.zip, s.country, s.updated_at
from reference_copy as s full join customers as p on s.id = p.id
where s.id is null or p.id is null or {distinct}
"""
RUN = Run("20260102000000bbbb", 1, "run", "", "", "", (), diff.BASELINE)
FIRST = Run("20260101000000cccc", 1, "run", "", "", "", (), None)
TIMES = 3


@contextmanager
def served(rows: int) -> Iterator[dict[str, Any]]:
    """A server with `customers` and `changed`."""
    with running_postgres() as settings:
        warehouse = opened(settings)
        warehouse.execute(shop.POSTGRES_CUSTOMERS.format(name="customers", rows=rows), "make")
        warehouse.execute(shop.CHANGED.format(name="changed", before="customers", rows=rows), "make")
        for table in ("customers", "changed"):
            warehouse.execute(f"analyze {table}", "make")
        warehouse.close()
        yield settings


def opened(settings: dict[str, Any]) -> Warehouse:
    return adapters.connect(adapters.settings_model("postgres").model_validate(settings))


def ledger_of(warehouse: Warehouse, table: str, fields: dict[str, str] | None = None) -> Ledger:
    mapping = tuple(Mapped(field, column) for field, column in (fields or {n.upper(): n for n in shop.COLUMNS}).items())
    source = Source((warehouse.dialect.default_schema, table), label=table)
    one = shop.sync("http://127.0.0.1:1", source=source, mapping=mapping)
    ledger = Ledger(warehouse, "wsync", one, Ports())
    ledger.prepare_schema()
    return describe_source(ledger)


def differences(settings: dict[str, Any]) -> dict[str, float]:
    """Seconds of the reference, of changes and of the snapshot: the best of three each."""
    warehouse = opened(settings)
    ledger = ledger_of(warehouse, "changed")
    name = ledger.tables.of_run("snapshot", diff.BASELINE)
    printed = warehouse.dialect.rendering.fingerprint([exp.column(each) for each in shop.COLUMNS])
    warehouse.execute(
        f"create table wsync.{name} as select id as primary_key, {printed.sql('postgres')} as fingerprint, "
        "md5(email)::uuid as identity, md5(phone)::uuid as payload, 'unchanged' as operation, "
        "null::text as error_code, '+++++++' as filled from customers",
        "baseline",
    )
    distinct = " or ".join(f"s.{each} is distinct from p.{each}" for each in shop.COLUMNS)
    best = {"reference": 1e9, "changes": 1e9, "snapshot": 1e9}

    def reference() -> None:
        warehouse.execute(COPY, "reference")
        warehouse.execute(COMPARE.format(distinct=distinct), "reference")

    for _ in range(TIMES):
        warehouse.execute("drop table if exists reference_copy, reference_diff", "clear")
        for kind in ("changes", "prepared", "snapshot"):
            ledger.drop(ledger.tables.of_run(kind, RUN.id))
        best["reference"] = min(best["reference"], diff.timed(reference))
        best["changes"] = min(best["changes"], diff.timed(lambda: ledger.execute("run/changes", RUN, fresh=False)))
        diff.prepare(ledger, RUN)
        snapshot = diff.timed(lambda: ledger.execute("run/snapshot", RUN, no_baseline=False))
        best["snapshot"] = min(best["snapshot"], snapshot)
    warehouse.close()
    return best


def prepared(warehouse: Warehouse) -> float:
    """Seconds to read, prepare and load back every customer."""
    ledger = ledger_of(warehouse, "customers", shop.FIELDS)
    for kind in ("changes", "prepared", "empty"):
        ledger.drop(ledger.tables.of_run(kind, FIRST.id))
    ledger.execute("run/empty_baseline", FIRST)
    ledger.execute("run/changes", FIRST, fresh=False)
    ledger.execute("run/prepared", FIRST)
    prepare = preparer_of(ledger.sync, shop.facebook(), salt="benchmark", suppressed=[])
    started = perf_counter()
    for batch in steps.changed_rows(ledger, FIRST):
        steps.keep_prepared(ledger, FIRST, prepare.prepare(batch, ledger.shape.columns), prepare.identifiers)
    return perf_counter() - started


def both(settings: dict[str, Any], rows: int) -> dict[str, float]:
    """Seconds of preparing on PostgreSQL and on duckdb, in turn: the best of two each."""
    best = {"postgres": 1e9, "duckdb": 1e9}
    with tempfile.TemporaryDirectory() as folder:
        theirs, ours = opened(settings), shop.opened(Path(folder) / "prepare.duckdb")
        ours.execute(shop.CUSTOMERS.format(name="customers", rows=rows), "make")
        for _ in range(2):
            for name, warehouse in (("duckdb", ours), ("postgres", theirs)):
                best[name] = min(best[name], prepared(warehouse))
        theirs.close()
        ours.close()
    return best


def run(rows: int = 1_000_000) -> dict[str, Any]:
    """Everything: seconds, ratios, and the client's peak memory at a fifth of the rows and at all of them."""
    with served(rows) as settings:
        found = {name: round(seconds, 2) for name, seconds in differences(settings).items()}
        ways = {name: round(seconds, 2) for name, seconds in both(settings, rows).items()}
        large = peak(settings)
    with served(rows // 5) as settings:
        small = peak(settings)
    ratio = (found["changes"] + found["snapshot"]) / found["reference"]
    against = ways["postgres"] / ways["duckdb"]
    return {"rows": rows, **found, "ratio": round(ratio, 2), "prepare": ways, "against": round(against, 2),
            "peak_mb": [small, large]}  # fmt: skip


def peak(settings: dict[str, Any]) -> int:
    """Peak memory in MB of a fresh process that prepares all customers."""
    command = [sys.executable, "-m", "benchmarks.postgres", "--peak", json.dumps(settings)]
    return int(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        one = opened(json.loads(sys.argv[2]))
        prepared(one)
        one.close()
        print(sync.peak())
    else:
        print(run(*map(int, sys.argv[1:])))
