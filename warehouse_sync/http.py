"""The one way out to platforms: single requests, repeated as the connector's verdicts say.

A connector reads every whole answer and returns a `Verdict`; this module owns what lies between: pauses,
budgets, and above all what is *certain*. An attempt is certain when it cannot have been applied: it never
left, or the platform refused it in words the connector knows. One uncertain attempt makes the whole call
uncertain.
"""

from __future__ import annotations

import itertools
import json as jsonlib
import logging
import math
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import orjson

from .errors import Denied, DestinationError, Rejected, Unavailable
from .model import Ports
from .wire import Broken, Reply, Request, Wire, require_printable, require_safe

__all__ = ["Budget", "Http", "Reply", "Verdict", "by_status", "encode"]

Kind = Literal["ok", "retry", "wait", "busy", "repeated", "rejected", "denied"]

LONGEST_PAUSE = 300.0
"""Seconds: no platform, header or computation makes us wait longer at once."""
FIRST_BACKOFF, LONGEST_BACKOFF = 1.0, 60.0
BUSY_PAUSE = 60.0
PLAIN_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "warehouse-sync"}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Verdict:
    """What a connector makes of one answer.

    `retry` is tried again after a growing pause, `wait` after the time the platform asks for (throttled; it
    holds every thread back), `busy` after minutes; `repeated` (it has had this very request) is a success where an
    attempt before may have been applied, else tried again like `busy`; `rejected` and `denied` end the call.
    `reason` is fixed text, never the platform's. `certain` False: the request may have been applied. `seconds` is a
    pause known to be right, on `ok` the pause before the next request. `attempts` limits this kind of trouble below
    the budget.
    """

    kind: Kind
    code: str = ""
    reason: str = ""
    certain: bool = True
    whole: bool = False
    seconds: float | None = None
    attempts: int | None = None
    request_id: str | None = None


@dataclass(frozen=True)
class Budget:
    """How long one call goes on: `attempts`, `seconds` with pauses, `timeout` seconds for each request.

    After `circuit` calls in a row that ended without an answer, nothing more is sent.
    """

    attempts: int = 6
    seconds: float = 900.0
    timeout: float = 60.0
    circuit: int = 5


def _no_query() -> Mapping[str, str]:
    return {}


class _State:
    """What threads share: when the next request may leave, how many calls in a row got no usable answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.not_before = -math.inf
        self.given_up = 0

    def hold_until(self, moment: float) -> None:
        with self._lock:
            self.not_before = max(self.not_before, moment)

    def answered(self) -> None:
        with self._lock:
            self.given_up = 0

    def gave_up(self) -> None:
        with self._lock:
            self.given_up += 1


@dataclass(frozen=True)
class Http:
    """One platform's address and how to speak to it; threads share it, its owner closes it.

    `classify` reads every whole answer. `sign` gives query parameters computed afresh for each attempt, `authorise`
    headers; what the latter raises ends the call. Raises `ConfigError` where the base is not https (plain http is for
    this machine) or a header cannot travel.
    """

    base: str
    classify: Callable[[Reply], Verdict]
    ports: Ports
    connector: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    sign: Callable[[], Mapping[str, str]] = field(default=_no_query, repr=False)
    authorise: Callable[[], Mapping[str, str]] = field(default=_no_query, repr=False)
    budget: Budget = field(default_factory=Budget)
    ca_bundle: str | None = None
    trust_env: bool = False
    allow_http: bool = False
    public_only: bool = False
    _wire: Wire = field(init=False, repr=False)
    _state: _State = field(init=False, repr=False, default_factory=_State)

    def __post_init__(self) -> None:
        require_safe(self.base, allow_http=self.allow_http)
        require_printable(self.headers)
        wire = Wire(
            timeout=self.budget.timeout,
            ca_bundle=self.ca_bundle,
            trust_env=self.trust_env,
            public_only=self.public_only,
        )
        object.__setattr__(self, "_wire", wire)

    def close(self) -> None:
        """Close every connection, of every thread."""
        self._wire.close()

    def call(  # noqa: PLR0913 - what a request can have
        self,
        method: str,
        path: str,
        *,
        name: str,
        query: Mapping[str, str] | None = None,
        json: Any = None,
        body: Callable[[], bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        examine: Callable[[Any], Verdict | None] | None = None,
        repeat: bool = True,
    ) -> Reply:
        """The platform's success answer to one request, repeated within the budget.

        `name` is the short name given to the boundary. `body` makes the encoded body of each attempt, `json`
        is encoded here. `headers` are this request's own. `examine` may overrule a success by what its body lacks.
        `repeat` False: what was perhaps applied is not sent again. Raises `Denied`, `Rejected`, `Unavailable`, with
        `certain` over all attempts.
        """
        make = body or _once_encoded(json)
        started, certain, lost = self.ports.clock(), True, False
        met = Counter[str]()
        self._require_circuit()
        for attempt in itertools.count(1):
            self._hold_back()
            sent = {**self._sent_headers(make), **(headers or {}), **self._authorised(certain=certain)}
            request = Request(method, self._url(path), {**(query or {}), **self.sign()}, sent, make())
            reply, verdict = self._attempt(name, request, examine)
            if verdict.kind == "repeated":
                verdict = replace(verdict, kind="ok" if lost else "busy")
            else:
                lost = lost or not verdict.certain
            certain = certain and verdict.certain
            met[verdict.code] += 1
            if verdict.kind == "ok" and reply is not None:
                self._succeeded(verdict)
                return reply
            pause = self._pause(verdict, reply, attempt)
            if verdict.kind == "wait":
                self._state.hold_until(self.ports.clock() + pause)
            spent = self.ports.clock() - started + pause
            if self._is_over(verdict, attempt, met[verdict.code], spent) or not (repeat or certain):
                raise self._error(verdict, reply, certain=certain, attempts=attempt)
            log.info("%s %s: %s, attempt %d, again in %.1f s", self.connector, name, verdict.code, attempt, pause)
            if verdict.kind != "wait" and pause > 0:
                self.ports.sleep(pause)
        raise AssertionError("unreachable")

    def _url(self, path: str) -> str:
        return f"{self.base.rstrip('/')}/{path.lstrip('/')}"

    def _sent_headers(self, make: Callable[[], bytes | None]) -> dict[str, str]:
        kind = {} if make is _no_body else {"Content-Type": "application/json; charset=utf-8"}
        return {**PLAIN_HEADERS, **kind, **self.headers}

    def _authorised(self, *, certain: bool) -> Mapping[str, str]:
        """What gives us the right to ask; where it cannot be had, what was sent before is as certain as it was."""
        try:
            return self.authorise()
        except DestinationError as error:
            error.certain = certain
            raise

    def _attempt(
        self, name: str, request: Request, examine: Callable[[Any], Verdict | None] | None
    ) -> tuple[Reply | None, Verdict]:
        self.ports.boundary(f"before {request.method} {name}")
        answer = self._wire.send(request)
        self.ports.boundary(f"after {request.method} {name}")
        if isinstance(answer, Broken):
            return None, _of_broken(answer)
        verdict = self.classify(answer)
        if verdict.kind == "ok" and examine is not None:
            examined = examine(answer.body)
            verdict = replace(examined, request_id=verdict.request_id) if examined else verdict
        return answer, verdict

    def _pause(self, verdict: Verdict, reply: Reply | None, attempt: int) -> float:
        """Seconds before the next attempt: the platform's wish first, else growing, with full jitter."""
        told = retry_after(reply, self.ports.wall()) if reply is not None else None
        if told is not None:
            return min(told, LONGEST_PAUSE)
        if verdict.seconds is not None:
            return min(max(verdict.seconds, 0.0), LONGEST_PAUSE)
        if verdict.kind == "busy":
            return min(BUSY_PAUSE * attempt, LONGEST_PAUSE)
        first = FIRST_BACKOFF * (5 if verdict.kind == "wait" else 1)
        return self.ports.random() * min(LONGEST_BACKOFF, first * 2.0 ** (attempt - 1))

    def _is_over(self, verdict: Verdict, attempt: int, alike: int, spent: float) -> bool:
        """`alike`: how many of the attempts met this kind of trouble, which may be allowed fewer."""
        used_up = attempt >= self.budget.attempts or alike >= (verdict.attempts or self.budget.attempts)
        return verdict.kind in ("rejected", "denied") or used_up or spent > self.budget.seconds

    def _hold_back(self) -> None:
        left = self._state.not_before - self.ports.clock()
        if left > 0:
            self.ports.sleep(left)

    def _succeeded(self, verdict: Verdict) -> None:
        self._state.answered()
        if verdict.seconds:
            self._state.hold_until(self.ports.clock() + min(verdict.seconds, LONGEST_PAUSE))

    def _require_circuit(self) -> None:
        if self._state.given_up >= self.budget.circuit:
            words = f"{self.budget.circuit} requests in a row got no usable answer; nothing more is sent"
            raise Unavailable(f"{self.connector}: {words}", connector=self.connector, code="circuit_open")

    def _error(self, verdict: Verdict, reply: Reply | None, *, certain: bool, attempts: int) -> DestinationError:
        facts: dict[str, Any] = {
            "connector": self.connector,
            "code": verdict.code,
            "http_status": reply.status if reply is not None else None,
            "request_id": verdict.request_id,
            "certain": certain,
        }
        if verdict.kind == "denied":
            return Denied(f"{self.connector}: {verdict.reason}", **facts)
        if verdict.kind == "rejected":
            self._state.answered()
            return Rejected(f"{self.connector}: {verdict.reason}", whole=verdict.whole, **facts)
        self._state.gave_up()
        times = "once" if attempts == 1 else f"{attempts} times"
        return Unavailable(f"{self.connector}: {verdict.reason} (tried {times})", **facts)


def encode(value: Any) -> bytes:
    """Compact UTF-8 JSON. What orjson does not take (a lone surrogate, a huge number) is written in ASCII escapes."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        pass
    return jsonlib.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def _no_body() -> None:
    return None


def _once_encoded(value: Any) -> Callable[[], bytes | None]:
    if value is None:
        return _no_body
    encoded = encode(value)
    return lambda: encoded


_PLAIN_REFUSALS = {
    401: Verdict("denied", "not_allowed", "the platform answered 401: the credentials are not accepted"),
    403: Verdict("denied", "not_allowed", "the platform answered 403: this is not allowed"),
    407: Verdict("denied", "proxy_auth", "the proxy wants credentials"),
    413: Verdict("rejected", "too_large", "the request is larger than the platform or a proxy takes"),
    429: Verdict("wait", "throttled", "the platform asks to slow down"),
}
_MADE_ON_THE_WAY = (407, 413, 429)
"""Refusals that proxies and gateways give in words of their own: no less certain for being unreadable."""


def by_status(reply: Reply) -> Verdict:
    """The verdict where the body says nothing we know. Only an answer that names a refusal is certain."""
    status, readable = reply.status, not reply.problem
    if status in _PLAIN_REFUSALS and (readable or status in _MADE_ON_THE_WAY):
        return _PLAIN_REFUSALS[status]
    if 300 <= status < 400:
        words = "the address answers with a redirect, which is not followed; set base_url"
        return Verdict("denied", "redirected", words, certain=False)
    if status >= 500 or status == 408:
        return Verdict("retry", "server_fault", f"the platform answered {status}", certain=False)
    if 400 <= status < 500 and readable:
        return Verdict("rejected", "refused", f"the platform refused the request with status {status}")
    words = "the answer is not one of the platform's"
    return Verdict("retry", reply.problem or "unexpected_answer", words, certain=False)


def _of_broken(broken: Broken) -> Verdict:
    if broken.code == "private_address":
        return Verdict("denied", broken.code, broken.reason)
    if broken.code == "tls_certificate":
        return Verdict("denied", broken.code, "the certificate of the server is not trusted; set ca_bundle")
    return Verdict("retry", broken.code, broken.reason, certain=not broken.sent)


def retry_after(reply: Reply, now: float) -> float | None:
    """Seconds the answer's Retry-After asks for, a number or a date; None where absent or in the past."""
    text = reply.headers.get("Retry-After", "").strip()
    seconds = float(text) if text.isascii() and text.isdigit() else _until(text, now)
    return seconds if seconds is not None and seconds >= 0 else None


def _until(text: str, now: float) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() - now
    except (TypeError, ValueError, OverflowError):
        return None
