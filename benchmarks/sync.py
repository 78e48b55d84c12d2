"""Whole runs: a first sync, a second one over data with one row in a hundred changed, and one without changes.

    python -m benchmarks.sync ROWS [MEMORY_LIMIT]

The stand-in is a process of its own. Prints JSON: seconds and rows a second of each run, stages of the first, peak
memory of this process in MB, and statements per run.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import shop
from benchmarks.standin import standin
from warehouse_sync.adapters import Warehouse
from warehouse_sync.ledger.core import Ledger
from warehouse_sync.model import Ports, Sync
from warehouse_sync.runner import Progress, Request, Runner


def timed(warehouse: Warehouse, one: Sync) -> dict[str, Any]:
    """One run: seconds, stages, statements without the bulk loads that grow with the data."""
    stages: list[tuple[str, float]] = []
    statements: list[str] = []

    def stage(progress: Progress) -> None:
        if not stages or stages[-1][0] != progress.stage:
            stages.append((progress.stage, perf_counter()))

    ports = Ports(boundary=statements.append)
    started = perf_counter()
    result = Runner(Ledger(warehouse, "wsync", one, ports), shop.facebook(), ports, progress=stage).run(Request())
    ended = perf_counter()
    assert result.exit_code == 0, result
    begun = [
        name
        for name in statements
        if name.startswith("before ")
        and not name.startswith(("before load", "before POST", "before DELETE", "before GET"))
    ]
    ends = [moment for _, moment in stages[1:]] + [ended]
    return {
        "seconds": round(ended - started, 2),
        "stages": {name: round(end - at, 2) for (name, at), end in zip(stages, ends, strict=True)},
        "statements": len(begun),
        "sent": result.counts["attempted_rows"],
    }


def run(rows: int, memory_limit: str | None = None) -> dict[str, Any]:
    """Three runs over `rows` customers in one process."""
    with tempfile.TemporaryDirectory() as folder, standin() as url:
        warehouse = shop.opened(Path(folder) / "shop.duckdb", memory_limit)
        shop.make(warehouse, rows)
        one = shop.sync(url)
        first = timed(warehouse, one)
        changed = replace(one, source=replace(one.source, relation=("main", "customers")))
        warehouse.execute("drop table customers", "swap")
        warehouse.execute("alter table changed rename to customers", "swap")
        second = timed(warehouse, changed)
        third = timed(warehouse, changed)
        warehouse.close()
    return {"rows": rows, "first": first, "changed": second, "unchanged": third, "peak_mb": peak()}


def peak() -> int:
    """This program's peak resident memory in MB (`ru_maxrss` would include what its parent had when it was started)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) // 1024


def in_child(rows: int, memory_limit: str | None = None) -> dict[str, Any]:
    """The same in a fresh process, so that its peak memory is its own."""
    command = [sys.executable, "-m", "benchmarks.sync", str(rows), *([memory_limit] if memory_limit else [])]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return found


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]), *sys.argv[2:])))
