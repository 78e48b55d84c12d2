"""The HTTP half: reads requests, hands them on, writes answers whole or broken, as ordered."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from .replies import HTML, PAGE, Reply

LONGEST_LINE = 8192
PIECE = 65_536


Written = Callable[[OSError | None], None]


class Application(Protocol):
    """What answers a request."""

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[Reply, Written]:
        """The reply, and what to tell when it leaves (None), and again if it fails to get out."""
        ...


class Server(ThreadingHTTPServer):
    """One thread a connection; open connections are cut when it closes."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], application: Application) -> None:
        self.application, self.closing = application, threading.Event()
        self.connections: set[socket.socket] = set()
        super().__init__(address, Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news, and nothing is ever printed."""

    def server_bind(self) -> None:
        """As the base class, without its look-up of the host's name, which may take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def cut(self) -> None:
        """Ends every open connection."""
        self.closing.set()
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def framed(reply: Reply) -> bool:
    """Whether its own headers say how long the answer is, truly or not."""
    return bool({"content-length", "transfer-encoding"} & {name.lower() for name in reply.headers})


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with keep-alive. Every answer leaves in one write."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Request lines may hold tokens: nothing is logged."""

    def handle_one_request(self) -> None:
        try:
            self.raw_requestline = self.rfile.readline(LONGEST_LINE + 1)
            if not self.raw_requestline:
                self.close_connection = True
            elif len(self.raw_requestline) > LONGEST_LINE:
                self.refuse_line()
            elif self.parse_request():
                self.respond()
        except OSError:
            self.close_connection = True

    def refuse_line(self) -> None:
        """A request line this long gets a page, not JSON; the rest of the request is read and thrown away."""
        line = self.raw_requestline
        while line and not line.endswith(b"\n"):
            line = self.rfile.readline(PIECE)
        while line not in (b"\r\n", b"\n", b""):
            line = self.rfile.readline(PIECE)
        self.request_version, self.command = "HTTP/1.1", "GET"
        self.close_connection = True
        self.write(Reply(414, PAGE, content_type=HTML, headers={"Connection": "close"}))

    def respond(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = b"".join(self.pieces(headers))
        reply, written = self.server.application.answer(self.command, self.path, headers, body)
        try:
            if reply.seconds and reply.delivery != "drip":
                self.wait(reply.seconds)
            written(None)
            self.write(reply)
        except OSError as error:
            written(error)
            raise

    def pieces(self, headers: dict[str, str]) -> Iterator[bytes]:
        """The body, sent with a length or in chunks."""
        if headers.get("transfer-encoding", "").lower() != "chunked":
            length = headers.get("content-length", "0")
            yield self.exactly(int(length) if length.isdecimal() else 0)
            return
        while size := int(self.rfile.readline(PIECE).partition(b";")[0].strip() or b"0", 16):
            yield self.exactly(size)
            self.rfile.readline(PIECE)
        while self.rfile.readline(PIECE) not in (b"\r\n", b"\n", b""):
            pass

    def exactly(self, length: int) -> bytes:
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError
        return body

    def write(self, reply: Reply) -> None:
        if reply.delivery == "reset":
            self.reset()
            return
        if reply.delivery == "drip":
            self.drip(self.message(reply), reply.seconds)
            return
        whole = self.message(reply)
        if reply.delivery == "hangup":
            self.hang_up(whole)
            return
        cut = (len(reply.body) + 1) // 2 if reply.delivery == "truncated" else 0
        self.wfile.write(whole[: len(whole) - cut])
        if reply.delivery == "truncated" or framed(reply):
            self.close_connection = True

    def wait(self, seconds: float) -> None:
        """Raises ConnectionError where the client did not wait that long."""
        self.server.closing.wait(seconds)
        self.connection.settimeout(0)
        try:
            if self.connection.recv(1, socket.MSG_PEEK) == b"":
                raise ConnectionError
        except BlockingIOError:
            return
        finally:
            self.connection.settimeout(None)

    def message(self, reply: Reply) -> bytes:
        """The answer as bytes."""
        phrase = self.responses.get(reply.status, ("Answer",))[0]
        lines = [
            f"HTTP/1.1 {int(reply.status)} {phrase}",
            f"Content-Type: {reply.content_type}",
            *(f"{name}: {value}" for name, value in reply.headers.items() if name.lower() != "content-type"),
            *([] if reply.status == 204 or framed(reply) else [f"Content-Length: {len(reply.body)}"]),
        ]
        bare = self.command == "HEAD" or reply.status == 204
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (b"" if bare else reply.body)

    def drip(self, whole: bytes, seconds: float) -> None:
        """A byte at a time, over so many seconds."""
        for at in range(len(whole)):
            self.wfile.write(whole[at : at + 1])
            if self.server.closing.wait(seconds / len(whole)):
                break

    def hang_up(self, whole: bytes) -> None:
        """The end of the connection travels with the answer: who has read the one can see the other."""
        self.close_connection = True
        self.connection.sendall(whole, getattr(socket, "MSG_MORE", 0))
        self.connection.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """The connection is torn down, not closed: the client sees a reset."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.wfile.close()
        self.server.connections.discard(self.connection)
        self.connection.close()
