"""The stand-in as a process of its own, so that its work is not counted as ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def standin(*, members: str = "none") -> Iterator[str]:
    """Start it on a free port, yield its url. `members="none"` checks and counts rows without keeping them."""
    program = (
        "from warehouse_sync.sandbox import serve\n"
        f"serve('127.0.0.1', 0, record='counts', members={members!r}, announce=lambda line: print(line, flush=True))"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield next(line.split()[1] for line in process.stdout if line.startswith("url"))
    finally:
        process.terminate()
        process.wait(10)
        process.stdout and process.stdout.close()
