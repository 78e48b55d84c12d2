"""The health of `wsync schedule` over HTTP: one JSON document without values, and what its status code means.

| Path | For | 503 when |
|---|---|---|
| `/livez` | a liveness probe: end and start anew | the loop has not turned for a minute |
| `/readyz` | a readiness probe | as above, it is stopping, or the project's files are wrong |
| `/health` | a monitor that calls somebody | as above, or the last run of a sync failed |
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .errors import ConfigError
from .scheduling import Entry
from .scheduling_loop import Loop

STUCK = 60.0
"""Seconds without a turn after which the loop counts as stuck; it turns every second."""

FAILED = frozenset({1, 2, 3, 4, 5})
"""Exit codes of a run that somebody has to look at. Failed rows (6) and a held sync (75) are retried by themselves."""


@dataclass
class Health:
    """What the loop last told of itself. `clock` gives monotonic seconds."""

    clock: Callable[[], float]
    beaten: float = 0.0
    stopping: bool = False
    told: tuple[str, ...] = ()
    syncs: tuple[dict[str, Any], ...] = ()

    def beat(self, loop: Loop) -> None:
        """Take down where everything stands: called by the loop at every turn."""
        self.syncs = tuple(_line(entry) for _, entry in sorted(loop.table.entries.items()) if entry.listed)
        self.told = ("the project's files are wrong",) if loop.broken else ()
        self.stopping = loop.stopping() is not None
        self.beaten = self.clock()

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        """Status code and document for a path; 404 for one that is none of the three."""
        age = self.clock() - self.beaten
        live = [f"the loop has not turned for {age:.0f} s"] if age > STUCK else []
        ready = [*live, *(["it is stopping"] if self.stopping else []), *self.told]
        failed = [f"the last run of {each['sync']} failed" for each in self.syncs if _failed(each)]
        wrong = {"/livez": live, "/readyz": ready, "/health": [*ready, *failed]}.get(path)
        if wrong is None:
            return 404, {"error": "there are /livez, /readyz and /health"}
        document = {"ok": not wrong, "problems": wrong, "turned_seconds_ago": round(age, 1), "syncs": list(self.syncs)}
        return 503 if wrong else 200, document


def _failed(line: dict[str, Any]) -> bool:
    return bool(line["last"]) and line["last"]["exit_code"] in FAILED


def _line(entry: Entry) -> dict[str, Any]:
    return {
        "sync": entry.name,
        "schedule": dict(entry.schedule) if entry.schedule else None,
        "next_due": _told(entry.next.due if entry.next else None),
        "running_due": _told(entry.running.due if entry.running else None),
        "last": _last(entry),
        "skipped_ticks": entry.skipped,
        "last_skipped": _told(entry.last_skipped),
    }


def _last(entry: Entry) -> dict[str, Any] | None:
    if entry.last is None:
        return None
    tick, report, ended = entry.last
    return {
        "due": _told(tick.due),
        "ended_at": _told(ended),
        "run_id": report.result.run_id if report.result else None,
        "status": report.status,
        "exit_code": report.exit_code,
        "error": type(report.error).__name__ if report.error else None,
    }


def _told(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None


@contextmanager
def served(health: Health, address: str) -> Iterator[str]:
    """Answer at `HOST:PORT` meanwhile; the address, with the port where 0 was asked for.

    Raises `ConfigError` where the address is none, or taken.
    """
    try:
        server = ThreadingHTTPServer(_place(address), _handler(health))
    except OSError as problem:
        raise ConfigError(f"cannot listen at {address} ({problem.strerror})", key="--health") from None
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="wsync-health", daemon=True)
    thread.start()
    try:
        yield f"http://{address.rpartition(':')[0]}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _place(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) < 65536):
        raise ConfigError("must be HOST:PORT, such as 127.0.0.1:8322", key="--health")
    return host, int(port)


def _handler(health: Health) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            code, document = health.answer(self.path.partition("?")[0])
            body = json.dumps(document, indent=2).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            """Probes come every few seconds, and are no news."""

    return Answers
