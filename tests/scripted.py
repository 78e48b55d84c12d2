"""A platform that answers as a test's script says, byte by byte: whole, broken, late, or not at all.

A script is a list of steps, one for each request; the last one answers every request after it. A step gets the
socket and says whether the connection stays open.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from warehouse_sync.model import Ports

Step = Callable[[socket.socket], bool]


@dataclass
class Asked:
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Script:
    """The server. `requests` are those read whole, `connections` how many were opened."""

    steps: list[Step]
    tls: ssl.SSLContext | None = None
    requests: list[Asked] = field(default_factory=list)
    connections: int = 0
    open: list[socket.socket] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for each in self.open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            with self.lock:
                self.connections += 1
                self.open.append(connection)
                self.threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            wrapped = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
            with wrapped, wrapped.makefile("rb") as stream:
                while (asked := _read(stream)) is not None:
                    with self.lock:
                        self.requests.append(asked)
                        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
                    if not step(wrapped):
                        return


def _read(stream: Any) -> Asked | None:
    line = stream.readline().decode("latin-1").split()
    if len(line) < 3:
        return None
    headers = {}
    while (text := stream.readline().decode("latin-1").strip()) != "":
        name, _, value = text.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", 0)))
    return Asked(line[0], line[1], headers, body)


@contextlib.contextmanager
def platform(*steps: Step, tls: ssl.SSLContext | None = None) -> Iterator[Script]:
    """A server that follows the script, closed at the end."""
    script = Script(list(steps), tls)
    try:
        yield script
    finally:
        script.close()


JSON_TYPE = "application/json; charset=UTF-8"


def head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Told\r\n{lines}\r\n".encode()


def answer(
    body: Any = None, status: int = 200, headers: Mapping[str, str] | None = None, kind: str = JSON_TYPE
) -> Step:
    """A whole answer; `body` is a JSON value, or bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    length = {} if status == 204 else {"Content-Length": str(len(content))}
    return raw(head(status, {"Content-Type": kind, **length, **(headers or {})}) + content, stays=True)


def raw(content: bytes, *, stays: bool = False) -> Step:
    """These bytes, then the end of the connection unless it stays."""

    def step(sock: socket.socket) -> bool:
        sock.sendall(content)
        return stays

    return step


def reset(content: bytes = b"") -> Step:
    """These bytes, then a reset instead of an orderly end."""

    def step(sock: socket.socket) -> bool:
        sock.sendall(content)
        time.sleep(0.05)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
        return False

    return step


def silence(seconds: float) -> Step:
    """No answer for so long, then the end of the connection."""

    def step(sock: socket.socket) -> bool:
        sock.settimeout(seconds)
        with contextlib.suppress(OSError):
            sock.recv(1)
        return False

    return step


def drip(content: bytes, every: float) -> Step:
    """One byte at a time."""

    def step(sock: socket.socket) -> bool:
        for byte in content:
            sock.sendall(bytes([byte]))
            time.sleep(every)
        return False

    return step


class Time:
    """A clock that only sleeping moves, and what was slept. `draw` is every random number."""

    def __init__(self, draw: float = 1.0) -> None:
        self.now, self.slept, self.draw = 1_700_000_000.0, list[float](), draw

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def ports(self, boundary: Callable[[str], None] = lambda _: None) -> Ports:
        return Ports(boundary, lambda: self.now, lambda: self.now, self.sleep, lambda: self.draw)
