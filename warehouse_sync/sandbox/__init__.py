"""A local stand-in for the platforms: for the demo, for tests, and for dry runs of one's own syncs.

Each platform is a part on its own paths: Meta's Marketing API (`/v26.0/…`), Google's Data Manager API (`/v1/…`) and Ads
API (`/v26/…`), LinkedIn's DMP segments (`/rest/…`), TikTok's API for Business (`/open_api/v1.3/…`), and a plain
receiver of records (`/receiver/AUDIENCE/…`).

It shares no code with the connector it judges. It keeps what it is sent in memory and prints none of it.

In a test: `with Sandbox.start() as platform:`, then `platform.url`, `platform.fault("throttled", kind="add")`,
`platform.members(audience_id)`, `platform.requests`. In a process of its own: `python -m warehouse_sync.sandbox`, and
`Remote(url)` has the same methods. Not modelled: matching of people, lookalikes, and quotas (order a throttle instead).
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from .faults import Fault
from .journal import Exchange
from .members import Entry
from .parts import Summary
from .remote import Remote
from .replies import Refusal
from .settings import ACCOUNT, TOKEN, Settings, changed
from .standin import Sandbox

__all__ = [
    "ACCOUNT",
    "TOKEN",
    "Entry",
    "Exchange",
    "Fault",
    "Refusal",
    "Remote",
    "Sandbox",
    "Settings",
    "Summary",
    "serve",
]


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def serve(host: str = "127.0.0.1", port: int = 8321, *, announce: Callable[[str], None] = say, **settings: Any) -> None:
    """Runs a sandbox until SIGINT or SIGTERM; `settings` are those of `Settings`.

    `announce` gets three lines: `url …`, `token …`, `accounts …`. Raises OSError where the port is taken. Call it
    from the main thread: it sets signal handlers and puts the old ones back.
    """
    sandbox = Sandbox(changed(Settings(), {"record": "lines", **settings}))
    ended = threading.Event()
    before = {name: signal.signal(name, lambda *_: ended.set()) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        sandbox.listen(host, port)
        for line in (
            f"url {sandbox.url}",
            f"token {sandbox.token}",
            f"accounts {' '.join(sandbox.settings.accounts)}",
        ):
            announce(line)
        ended.wait()
    finally:
        sandbox.close()
        for name, handler in before.items():
            signal.signal(name, handler)
