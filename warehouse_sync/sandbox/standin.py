"""The stand-in itself: a server on this machine that answers as the platforms do, each on its own paths."""

from __future__ import annotations

import secrets
import threading
import traceback
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .control import PREFIX, control
from .faults import Fault, Faults
from .journal import Exchange, Journal
from .members import Entry
from .meta import Meta
from .parts import Part, Route, Summary
from .platforms import others
from .replies import HTML, Refusal, Reply, answer
from .server import Server, Written
from .settings import ACCOUNT, Clock, Settings, changed
from .wire import Call, parse


class Sandbox:
    """A platform on loopback. Begin it with `Sandbox.start()`; use it as a context manager, or `close()` it.

    `url` is what a connector's base address is set to; `requests` the journal of what came in.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.clock, self.faults, self.lock = Clock(), Faults(), threading.RLock()
        self.journal, self.meta = Journal(self.settings.record), Meta(self.settings, self.clock)
        self.others = others(self.settings, self.clock)
        self.server: Server | None = None
        self.thread: threading.Thread | None = None
        self.number = 0

    @classmethod
    def start(cls, port: int = 0, host: str = "127.0.0.1", **settings: Any) -> Self:
        """Listens in a thread; port 0 takes a free one. Raises OSError where the port is taken."""
        sandbox = cls(changed(Settings(), settings))
        sandbox.listen(host, port)
        return sandbox

    def listen(self, host: str, port: int) -> None:
        """Begins to answer, in a thread of its own. Raises OSError where the port is taken."""
        self.server = Server((host, port), self)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Stops listening and ends open connections."""
        if self.server is not None and self.thread is not None:
            self.server.cut()
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()
            self.server = self.thread = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        assert self.server is not None  # noqa: S101 - asked before it listens
        host, port = self.server.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def token(self) -> str:
        return self.settings.token

    @property
    def requests(self) -> list[Exchange]:
        """The platform's requests so far, oldest first (none of the control doors)."""
        return list(self.journal.exchanges)

    def counts(self) -> dict[str, dict[str, int]]:
        """Requests received, applied and acknowledged, and rows applied, by kind of call."""
        with self.lock:
            return self.journal.counts()

    def state(self) -> dict[str, Any]:
        """Address, audiences, counts and clock in one."""
        return {
            "url": self.url,
            "audiences": [asdict(each) for each in self.summary()],
            "now": self.clock.now(),
            "failures": list(self.journal.failures),
            **self.counts(),
        }

    @property
    def parts(self) -> dict[str, Part]:
        """Every platform by its name; Meta, which has all paths that nobody else claims, comes last."""
        return {**self.others, "meta": self.meta}

    def part_of(self, path: str) -> Part:
        """The platform whose path this is."""
        return next(part for part in self.parts.values() if part.serves(path))

    def holder(self, audience_id: str) -> Part:
        """The platform that has this audience, or else Meta."""
        return next((part for part in self.parts.values() if part.holds(audience_id)), self.meta)

    def members(self, audience_id: str) -> set[str]:
        """Every identifier token of an audience, as `KEY:value`. Raises `Refusal` where there is none."""
        with self.lock:
            return self.holder(audience_id).tokens(audience_id)

    def entries(self, audience_id: str) -> list[Entry]:
        """Every entry of an audience with its tokens, context and attributes."""
        with self.lock:
            return self.holder(audience_id).entries(audience_id)

    def summary(self) -> list[Summary]:
        """What each audience holds, in numbers."""
        with self.lock:
            return [each for part in self.parts.values() for each in part.summary()]

    def create_audience(
        self, name: str, *, id: str = "", account: str | None = None, platform: str = "meta", **marks: Any
    ) -> str:
        """An audience made behind the API's back, with an id of one's own where given; returns its id."""
        if (id and not id.isdecimal()) or self.holder(id).holds(id):
            raise ValueError("an audience id is a new number")
        with self.lock:
            made = self.parts[platform].enter_audience(name, id=id, account=account)
            self.mark(made, **marks)
            return made

    def mark(self, audience_id: str, **marks: Any) -> None:
        """Sets facts of an audience: on Meta `name`, `status` (471: flagged), `foreign_source`, `is_value_based` …"""
        with self.lock:
            self.holder(audience_id).mark(audience_id, **marks)

    def fault(self, answer: str, **order: Any) -> Fault:
        """Orders an answer; see `Fault` for what can be said about which calls get it."""
        with self.lock:
            return self.faults.add(Fault(answer, **order))

    def refuse(self, value: str, *, kind: str = "users", answer: str = "bad_parameter") -> Fault:
        """From now on every request of this kind with a row that has this cell is refused."""
        return self.fault(answer, kind=kind, times=None, value=value)

    def clear_faults(self) -> None:
        """From now on the platform behaves."""
        with self.lock:
            self.faults.orders.clear()

    def advance(self, seconds: float) -> float:
        """Moves the platform's clock forward and returns its time, in seconds since 1970."""
        return self.clock.advance(seconds)

    def configure(self, **changes: Any) -> None:
        """Changes settings while it runs."""
        with self.lock:
            wanted = changed(self.settings, changes)
            others(wanted, self.clock)  # raises where a platform's own settings are wrong
            self.settings = wanted
            for part in self.parts.values():
                part.settings = self.settings
            self.journal.record = self.settings.record
            for name in self.settings.accounts:
                self.meta.accounts.setdefault(name, type(self.meta.account(ACCOUNT))(name))

    def reset(self) -> None:
        """Forgets audiences, faults, journal and clock; settings stay."""
        with self.lock:
            self.clock.offset, self.number = 0.0, 0
            self.faults = Faults()
            self.journal, self.meta = Journal(self.settings.record), Meta(self.settings, self.clock)
            self.others = others(self.settings, self.clock)

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[Reply, Written]:
        """Answers one HTTP request; the second value is told what became of the answer."""
        trace = secrets.token_hex(8)
        part = self.part_of(target.partition("?")[0])
        try:
            call = parse(method, target, headers, body, any_body=part.any_body)
        except Refusal as refusal:
            return part.unreadable(refusal).reply(trace), lambda _: None
        if call.path == PREFIX or call.path.startswith(PREFIX + "/"):
            return control(self, call), lambda _: None
        with self.lock:
            at = part.route(call)
            exchange = self.begin(call, part, at, trace)
            reply = self.respond(call, part, at, exchange)
            exchange.status = reply.status
            self.journal.settle(exchange)
        success = succeeds(exchange, part, reply)
        return reply, lambda error: self.written(exchange, success=success and error is None)

    def written(self, exchange: Exchange, *, success: bool) -> None:
        """An answer is noted as it leaves, so that a client that has it finds it noted, and taken back if it fails."""
        with self.lock:
            self.journal.acknowledge(exchange, yes=success)

    def begin(self, call: Call, part: Part, at: Route, trace: str) -> Exchange:
        self.number += 1
        exchange = Exchange(
            self.number, at.kind, call.method, call.path, {}, at.node, request_id=trace, platform=part.name
        )
        if self.settings.record == "all":
            exchange.query, exchange.headers, exchange.body = call.query, call.headers, call.body
        exchange.rows = len(part.rows(call)) if at.kind in part.membership else 0
        self.journal.enter(exchange)
        return exchange

    def respond(self, call: Call, part: Part, at: Route, exchange: Exchange) -> Reply:
        fault = self.faults.take(call, part, at)
        if fault is None:
            reply = self.perform(call, part, at, exchange)
        else:
            exchange.fault = fault.answer
            reply = fault.reply(part, at, exchange.request_id, lambda: self.perform(call, part, at, exchange))
        return replace(reply, headers={**part.echo(at, exchange.request_id), **reply.headers})

    def perform(self, call: Call, part: Part, at: Route, exchange: Exchange) -> Reply:
        """The platform's own answer, and whether the request changed something."""
        try:
            value = part.perform(call, at, self.url)
        except Refusal as refusal:
            return refusal.reply(exchange.request_id)
        except Exception as bug:  # noqa: BLE001 - a bug of ours is neither the platform's answer nor printed
            place = traceback.extract_tb(bug.__traceback__)[-1]
            self.journal.failures.append(f"{type(bug).__name__} at {Path(place.filename).name}:{place.lineno}")
            return Reply(500, b"The sandbox itself failed.", content_type=HTML)
        exchange.applied = at.kind in part.changes
        return value if isinstance(value, Reply) else answer(part.success(value, exchange.request_id))


def succeeds(exchange: Exchange, part: Part, reply: Reply) -> bool:
    """Whether this is the platform's own success answer, and is meant to arrive."""
    own = exchange.fault in {"", "slow", "hangup", "drip"} and not reply.refused
    return own and 200 <= reply.status < 300 and (exchange.applied or exchange.kind not in part.changes)
