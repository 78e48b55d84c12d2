"""A proxy before a PostgreSQL server: it cuts connections at a chosen message, as networks do, and speaks TLS."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Literal

When = Literal["before", "after"]
ASKS = (b"Q", b"P", b"c")
"""Messages that begin a statement, or end a bulk load: simple query, parse, copy done."""


@dataclass
class Proxy:
    """Cuts the connection of the `cut`-th statement (from 1) before the server sees it, or after it has answered."""

    server: int
    port: int = 0
    tls: ssl.SSLContext | None = None
    cut: int | None = None
    when: When = "after"
    statements: list[bytes] = field(default_factory=list)
    done: bool = False
    last_cut: bytes = b""
    links: list[Link] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def reset(self, cut: int | None, when: When = "after") -> None:
        self.cut, self.when, self.done = cut, when, False
        self.statements.clear()

    def serve(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                Thread(target=self.relay, args=(client,), daemon=True).start()

    def relay(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError), client, _greeted(client, self.tls) as greeted:
            self.linked(greeted)

    def linked(self, client: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self.server)) as server:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.sendall(_next(client))
            link = Link(self, client, server)
            self.links.append(link)
            back = Thread(target=link.answers, daemon=True)
            back.start()
            with suppress(OSError):
                link.asks()
            back.join()

    def counted(self, told: bytes) -> bool:
        """Whether this is the statement to cut at."""
        with self.lock:
            self.statements.append(told)
            hit = not self.done and len(self.statements) == self.cut
            if hit:
                self.done, self.last_cut = True, told
            return hit


@dataclass
class Link:
    """One client's connection and the server's."""

    proxy: Proxy
    client: socket.socket
    server: socket.socket
    cutting: bool = False

    def asks(self) -> None:
        while message := _message(self.client):
            if message[:1] in ASKS and self.proxy.counted(message[5:]):
                if self.proxy.when == "before":
                    return self.sever()
                self.cutting = True
            self.server.sendall(message)
        return None

    def answers(self) -> None:
        """What the server says; after the statement to cut at nothing more reaches the client."""
        with suppress(OSError):
            while message := _message(self.server):
                if not self.cutting:
                    self.client.sendall(message)
                elif message[:1] in (b"Z", b"G"):
                    return self.sever()
        return self.sever()

    def sever_client(self) -> None:
        """Break off towards the client alone: the server does not learn of it."""
        with suppress(OSError):
            self.client.shutdown(socket.SHUT_RDWR)

    def sever(self) -> None:
        for end in (self.client, self.server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def _exactly(end: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        more = end.recv(size - len(got))
        if not more:
            return b""
        got += more
    return got


def _message(end: socket.socket) -> bytes:
    head = _exactly(end, 5)
    return head + _exactly(end, struct.unpack("!I", head[1:])[0] - 4) if head else b""


def _next(end: socket.socket) -> bytes:
    """A message without a type, as connections begin with."""
    size = _exactly(end, 4)
    return size + _exactly(end, struct.unpack("!I", size)[0] - 4) if size else b""


def _greeted(client: socket.socket, tls: ssl.SSLContext | None) -> socket.socket:
    """The client's end after its question for TLS, which it asks first."""
    _next(client)
    client.sendall(b"S" if tls else b"N")
    return tls.wrap_socket(client, server_side=True) if tls else client.dup()


@contextmanager
def proxy(server: int, tls: ssl.SSLContext | None = None) -> Iterator[Proxy]:
    """A proxy before the server at this port; with `tls` it speaks TLS to its clients, as the server would."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Proxy(server, listening.getsockname()[1], tls)
        Thread(target=made.serve, args=(listening,), daemon=True).start()
        yield made
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
