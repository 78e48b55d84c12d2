"""How fast pages leave: plan rows with six hashed fields, built, encoded and sent to the stand-in over loopback.

    python -m benchmarks.send [ROWS]

The stand-in is a process of its own that checks and counts rows without keeping them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from hashlib import sha256
from json import dumps
from time import perf_counter
from typing import Any

from benchmarks import shop
from benchmarks.standin import standin
from warehouse_sync.delivery import Sender, Wire, pages_of
from warehouse_sync.model import AudienceSpec, Ports

PAGE = 10_000


def batches(rows: int) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of a plan, as the warehouse streams them."""
    tokens = [dumps({name: sha256(f"{name}{n}".encode()).hexdigest() for name in shop.FIELDS}) for n in range(PAGE)]
    for page in range(rows // PAGE):
        yield [(page + 1, 1, "add", page * PAGE + n, text, 0) for n, text in enumerate(tokens)]


def run(rows: int = 1_000_000) -> dict[str, Any]:
    """Rows, seconds and rows a second."""
    with standin() as url:
        connector, one = shop.facebook(), shop.sync(url)
        api = connector.connect(one, Ports())
        wire = Wire(connector, api, connector.create(api, AudienceSpec(name="Benchmark")).id)
        sender = Sender(
            wire,
            one.concurrency,
            keep=lambda: None,
            record=lambda _outcomes: None,
            progress=lambda _done: None,
            stopping=lambda: None,
        )
        started = perf_counter()
        done = sender.send(pages_of(batches(rows), wire.identifiers))
        spent = perf_counter() - started
        api.close()
    assert done.stopped_by is None and done.rows == rows, done
    return {"rows": rows, "seconds": round(spent, 2), "rows_per_second": round(rows / spent)}


if __name__ == "__main__":
    print(run(*map(int, sys.argv[1:])))
