"""What stands between the adapter and the emulator: answers get lost on the way, or are those of the real service.

The emulator can neither lose an answer, nor deny access, nor tell how many bytes a statement would read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Asked(NamedTuple):
    """A request: its method, its path without the query, and its body as text."""

    method: str
    path: str
    body: str

    @property
    def sql(self) -> str:
        found = json.loads(self.body) if self.body.startswith("{") else {}
        return str(found.get("configuration", {}).get("query", {}).get("query", ""))


Answer = tuple[int, dict[str, Any]]


@dataclass
class Between:
    """Passes requests on. `answer` may answer instead; `loses` says which part gets lost: `request` or `answer`."""

    target: str
    answer: Callable[[Asked], Answer | None] = lambda _asked: None
    loses: Callable[[Asked], str | None] = lambda _asked: None
    asked: list[Asked] = field(default_factory=list)
    address: str = ""

    def once(self, part: str, method: str, path: str) -> None:
        """The first such request whose path matches loses this part."""
        left = [part]

        def loses(asked: Asked) -> str | None:
            return left.pop() if left and asked.method == method and re.search(path, asked.path) else None

        self.loses = loses


def denied(what: str) -> Answer:
    """BigQuery's answer to somebody who may not (its page on error messages, 2026-11-22)."""
    return failed(403, "accessDenied", f"Access Denied: {what}: User does not have permission")


def failed(code: int, reason: str, message: str) -> Answer:
    error = {"code": code, "message": message, "errors": [{"reason": reason, "message": message}]}
    return code, {"error": error}


@contextmanager
def between(target: str, **told: Any) -> Iterator[Between]:
    """A way to the emulator at `target` that can be disturbed."""
    made = Between(target, **told)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    made.address = f"http://127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


def _handler(way: Between) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            asked = Asked(self.command, urlsplit(self.path).path, body.decode(errors="replace"))
            way.asked.append(asked)
            lost, answer = way.loses(asked), way.answer(asked)
            if lost == "request":
                return self.hang_up()
            if answer:
                return self.send(answer[0], {"content-type": "application/json"}, json.dumps(answer[1]).encode())
            code, headers, told = self.passed_on(body)
            if lost:
                return self.hang_up()
            return self.send(code, headers, told)

        do_GET = do_POST = do_PUT = do_DELETE = handle_one

        def passed_on(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
            connection = HTTPConnection(urlsplit(way.target).netloc, timeout=60)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "accept-encoding"}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            told = answer.read()
            connection.close()
            kept = ("content-type", "location", "range", "x-guploader-uploadid")
            return answer.status, {n: v for n, v in answer.getheaders() if n.lower() in kept}, told

        def send(self, code: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(code)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def hang_up(self) -> None:
            self.close_connection = True
            self.connection.close()

        def log_message(self, *_told: Any) -> None:
            """Say nothing."""

    return Handler
