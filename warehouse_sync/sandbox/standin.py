"""The stand-in itself: a server on this machine that answers as Meta's Marketing API does."""

from __future__ import annotations

import secrets
import threading
import traceback
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .audiences import find
from .control import PREFIX, control
from .faults import Fault, Faults
from .journal import Exchange, Journal
from .members import Entry, by_type
from .meta import CHANGES, MEMBERSHIP, Meta, Route, route
from .replies import HTML, Refusal, Reply, answer, usage
from .server import Server, Written
from .settings import ACCOUNT, Clock, Settings, changed
from .wire import Call, parse


@dataclass(frozen=True)
class Summary:
    """One audience for people to read: how many entries, and how many tokens of each identifier type."""

    id: str
    name: str
    account: str
    entries: int
    tokens: dict[str, int]

    def __str__(self) -> str:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in self.tokens.items())
        return f"{self.name} ({self.id}): {self.entries:,} entries" + (f"; {kinds}" if kinds else "")


class Sandbox:
    """A platform on loopback. Begin it with `Sandbox.start()`; use it as a context manager, or `close()` it.

    `url` is what a connector's base address is set to; `requests` the journal of what came in.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.clock, self.faults, self.lock = Clock(), Faults(), threading.RLock()
        self.journal, self.meta = Journal(self.settings.record), Meta(self.settings, self.clock)
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

    def members(self, audience_id: str) -> set[str]:
        """Every identifier token of an audience, as `KEY:value`. Raises `Refusal` where there is none."""
        with self.lock:
            return find(self.meta.audiences, audience_id).members.tokens()

    def entries(self, audience_id: str) -> list[Entry]:
        """Every entry of an audience with its tokens, context and attributes."""
        with self.lock:
            return list(find(self.meta.audiences, audience_id).members.entries())

    def summary(self) -> list[Summary]:
        """What each audience holds, in numbers."""
        with self.lock:
            return [
                Summary(each.id, each.name, each.account.id, len(each.members), by_type(each.members.tokens()))
                for each in self.meta.audiences.values()
            ]

    def create_audience(self, name: str, *, id: str = "", account: str = ACCOUNT, **marks: Any) -> str:
        """An audience made behind the API's back, with an id of one's own where given; returns its id."""
        if (id and not id.isdecimal()) or id in self.meta.audiences:
            raise ValueError("an audience id is a new number")
        with self.lock:
            audience = self.meta.enter(name, self.meta.account(account), id)
            self.meta.audiences[audience.id] = audience
            self.mark(audience.id, **marks)
            return audience.id

    def mark(self, audience_id: str, **marks: Any) -> None:
        """Sets `name`, `status` (471: flagged), `foreign_source`, `has_lookalikes` or `is_value_based`."""
        with self.lock:
            audience = find(self.meta.audiences, audience_id)
            for name, value in marks.items():
                if name not in {"status", "foreign_source", "has_lookalikes", "is_value_based", "name"}:
                    raise ValueError(f"an audience has no mark {name!r}")
                setattr(audience, name, value)

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
            self.settings = self.meta.settings = changed(self.settings, changes)
            self.journal.record = self.settings.record
            for name in self.settings.accounts:
                self.meta.accounts.setdefault(name, type(self.meta.account(ACCOUNT))(name))

    def reset(self) -> None:
        """Forgets audiences, faults, journal and clock; settings stay."""
        with self.lock:
            self.clock.offset, self.number = 0.0, 0
            self.faults = Faults()
            self.journal, self.meta = Journal(self.settings.record), Meta(self.settings, self.clock)

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[Reply, Written]:
        """Answers one HTTP request; the second value is told what became of the answer."""
        trace = secrets.token_hex(8)
        try:
            call = parse(method, target, headers, body)
        except Refusal as refusal:
            return refusal.reply(trace), lambda _: None
        if call.path == PREFIX or call.path.startswith(PREFIX + "/"):
            return control(self, call), lambda _: None
        with self.lock:
            exchange = self.begin(call, route(call), trace)
            reply = self.respond(call, exchange)
            exchange.status = reply.status
            self.journal.settle(exchange)
        success = succeeds(exchange, reply)
        return reply, lambda error: self.written(exchange, success=success and error is None)

    def written(self, exchange: Exchange, *, success: bool) -> None:
        """An answer is noted as it leaves, so that a client that has it finds it noted, and taken back if it fails."""
        with self.lock:
            self.journal.acknowledge(exchange, yes=success)

    def begin(self, call: Call, at: Route, trace: str) -> Exchange:
        self.number += 1
        exchange = Exchange(self.number, at.kind, call.method, call.path, {}, at.node, request_id=trace)
        if self.settings.record == "all":
            exchange.query, exchange.headers, exchange.body = call.query, call.headers, call.body
        exchange.rows = rows_of(call) if at.kind in MEMBERSHIP else 0
        self.journal.enter(exchange)
        return exchange

    def respond(self, call: Call, exchange: Exchange) -> Reply:
        at = route(call)
        fault = self.faults.take(call, at)
        if fault is None:
            reply = self.perform(call, at, exchange)
        else:
            exchange.fault = fault.answer
            account = self.account_of(at)
            reply = fault.reply(self.settings, account, exchange.request_id, lambda: self.perform(call, at, exchange))
        return replace(reply, headers={**self.echo(at, exchange), **reply.headers})

    def perform(self, call: Call, at: Route, exchange: Exchange) -> Reply:
        """The platform's own answer, and whether the request changed something."""
        try:
            value = self.meta.perform(call, at, self.url)
        except Refusal as refusal:
            return refusal.reply(exchange.request_id)
        except Exception as bug:  # noqa: BLE001 - a bug of ours is neither the platform's answer nor printed
            place = traceback.extract_tb(bug.__traceback__)[-1]
            self.journal.failures.append(f"{type(bug).__name__} at {Path(place.filename).name}:{place.lineno}")
            return Reply(500, b"The sandbox itself failed.", content_type=HTML)
        exchange.applied = at.kind in CHANGES
        return answer(value)

    def account_of(self, at: Route) -> str:
        audience = self.meta.audiences.get(at.node)
        return audience.account.id if audience else at.node if at.node.startswith("act_") else ACCOUNT

    def echo(self, at: Route, exchange: Exchange) -> dict[str, str]:
        """The headers of every answer; which usage header comes with which call is as recorded."""
        version = at.version or self.settings.newest
        headers = usage(self.settings.usage_percent, 0, self.account_of(at))
        unsaid = "X-Business-Use-Case-Usage" if at.kind == "add" else "X-Ad-Account-Usage"
        del headers[unsaid]
        return {
            **headers,
            "facebook-api-version": f"v{version[0]}.{version[1]}",
            "x-fb-trace-id": exchange.request_id,
            "x-fb-request-id": exchange.request_id,
        }


def succeeds(exchange: Exchange, reply: Reply) -> bool:
    """Whether this is the platform's own success answer, and is meant to arrive."""
    own = exchange.fault in {"", "slow", "hangup", "drip"}
    return own and reply.status == 200 and (exchange.applied or exchange.kind not in CHANGES)


def rows_of(call: Call) -> int:
    try:
        payload = call.decoded("payload")
    except Refusal:
        return 0
    rows = payload.get("data") if isinstance(payload, dict) else None
    return len(rows) if isinstance(rows, list) else 0
