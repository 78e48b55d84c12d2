"""Any HTTP API: for every kind of change a method, a path and the template of a body, as the destination says.

"Custom Audience" and "Custom Activation" of other products' documents (read 2026-11-22). A whole batch succeeds with
any 2xx; what is refused is halved until the records at fault stand alone. Nothing is created and nothing is listed.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from warehouse_sync.errors import ConfigError, Rejected
from warehouse_sync.http import Http, encode
from warehouse_sync.model import Action as PlanAction
from warehouse_sync.model import Audience, AudienceSpec, PlanRow, Ports, Receipt, Sync, Updates

from . import Connector
from .http_check import ACTIONS, address, check, connection, validate
from .http_errors import classify, trace
from .http_fields import fields_of
from .http_rendering import Rules, Unrenderable, renderer
from .http_settings import MOST_ROWS, Action, AudienceSettings, Destination, Options, action_of, own_actions
from .http_template import parse

JSON = "application/json"
NOTHING_MADE = "an HTTP API's audience must exist already: set audience: id; nothing is created, found or listed"
GONE = (404, 410)
"""Statuses by which an API says that what should be deleted is not there."""
Render = Callable[[Sequence[Any], Mapping[str, Any]], Any]


class Pace:
    """At most so many requests a second, over all threads: each gets a moment of its own."""

    def __init__(self, per_second: float | None, ports: Ports) -> None:
        self.gap, self.ports = 1 / per_second if per_second else 0.0, ports
        self._lock, self._next = threading.Lock(), float("-inf")

    def wait(self) -> Mapping[str, str]:
        """Waits for this request's moment. Gives no query parameters: it is called where those are made."""
        if self.gap:
            with self._lock:
                mine = max(self._next, self.ports.clock())
                self._next = mine + self.gap
            left = mine - self.ports.clock()
            if left > 0:
                self.ports.sleep(left)
        return {}


@dataclass(frozen=True)
class Session:
    """An API that can be spoken to; made by `connect`, shared between threads, closed by its owner."""

    settings: Destination
    sync: Sync = field(repr=False)
    mapped: frozenset[str]
    bodies: Mapping[str, Render] = field(repr=False)
    http: Http

    def close(self) -> None:
        self.http.close()


def connect(sync: Sync, ports: Ports) -> Session:
    """Ready to speak for this sync; no request yet. Raises `ConfigError` for an unfit address or secret."""
    settings: Destination = sync.destination
    http = Http(
        settings.base_url.rstrip("/"),
        classify,
        ports,
        connector="http",
        headers=headers(settings),
        sign=Pace(settings.requests_per_second, ports).wait,
        budget=settings.budget(),
        ca_bundle=settings.ca_bundle,
        trust_env=settings.trust_env,
        allow_http=settings.allow_http,
        public_only=not settings.allow_private,
    )
    rules = Rules(settings.strict_jsonata, settings.prune_empty)
    found = {name: action_of(settings, name) for name in ACTIONS}
    bodies = {name: renderer(parse(action.body), rules) for name, action in found.items() if action is not None}
    return Session(settings, sync, frozenset(each.field for each in sync.mapping), bodies, http)


def headers(settings: Destination, *, masked: bool = False) -> dict[str, str]:
    """The headers of every request: the default, over it custom ones, over them those of the authentication."""
    secret = {name: value.get_secret_value() for name, value in settings.secret_headers.items()}
    hidden = {**secret, **_authentication(settings)}
    if masked:
        hidden = dict.fromkeys(hidden, "***")
    merged: dict[str, tuple[str, str]] = {}
    for name, value in ({"Content-Type": JSON} | settings.headers).items():
        merged[name.lower()] = (name, value)
    for name, value in hidden.items():
        merged[name.lower()] = (name, value)
    return dict(merged.values())


def _authentication(settings: Destination) -> dict[str, str]:
    def plain(name: str) -> str:
        found = getattr(settings, name)
        return str(found.get_secret_value()) if found is not None else ""

    match settings.authentication:
        case "basicAuth":
            pair = f"{settings.username}:{plain('password')}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        case "bearerToken":
            return {"Authorization": f"Bearer {plain('token')}"}
        case "apiKey":
            return {settings.api_key_name or "": plain("api_key")}
    return {}


def send(session: Session, audience: str, action: PlanAction, rows: Sequence[PlanRow]) -> Receipt:
    """Send the records of one page; those without a required value are refused here. Raises `DestinationError`."""
    own = _action(session.settings, action, len(rows))
    lacking = {at: missing for at, row in enumerate(rows) if (missing := _lacking(own, row))}
    kept = [row for at, row in enumerate(rows) if at not in lacking]
    if not kept:
        raise Rejected(f"http: {_words(next(iter(lacking.values())))}", connector="http", code="required_missing")
    encoded = encode(_body(session, audience, action, kept))
    if len(encoded) > session.settings.bytes_per_request and len(rows) > 1:
        raise Rejected("http: the request would be longer than bytes_per_request", connector="http", code="too_large")
    path = address(own, connection(session.sync, audience))
    try:
        reply = session.http.call(own.method, path, name=f"{ACTIONS[action]} records", body=lambda: encoded)
    except Rejected as error:
        if action != "remove" or error.http_status not in GONE:
            raise
        return Receipt(int(error.http_status or 0), error.request_id, rejected=_refused(lacking))
    return Receipt(reply.status, trace(reply), rejected=_refused(lacking))


def _action(settings: Destination, action: PlanAction, rows: int) -> Action:
    """The action's settings. Raises `Rejected` where there is none, `ValueError` for a page of another size."""
    own = action_of(settings, action)
    if not 1 <= rows <= (own.batch_size if own else MOST_ROWS):
        raise ValueError(f"a page has 1 to {own.batch_size if own else MOST_ROWS} rows")
    if own is None:
        words = f"http: the destination has no {ACTIONS[action]} action"
        raise Rejected(words, connector="http", code="no_action", whole=True)
    return own


def _lacking(own: Action, row: PlanRow) -> tuple[str, ...]:
    return tuple(each.name for each in own.fields if each.required and row.tokens.get(each.name) in (None, ""))


def _words(missing: Sequence[str]) -> str:
    return f"the action requires {', '.join(missing)}, and the record has no value for it"


def _refused(lacking: Mapping[int, Sequence[str]]) -> dict[int, tuple[str, str]]:
    return {at: ("required_missing", f"http: {_words(missing)}") for at, missing in lacking.items()}


def _body(session: Session, audience: str, action: PlanAction, rows: Sequence[PlanRow]) -> Any:
    """The template filled in. Raises `Rejected`, so that the page is halved, where some record does not fit it."""
    try:
        return session.bodies[action]([dict(row.tokens) for row in rows], connection(session.sync, audience))
    except Unrenderable as problem:
        words = f"http: the {ACTIONS[action]} template: {problem}"
        raise Rejected(words, connector="http", code="template") from None


def preview(session: Session, audience: str, action: PlanAction, rows: Sequence[PlanRow]) -> Mapping[str, Any]:
    """The request `send` would make, secrets masked."""
    own = _action(session.settings, action, len(rows))
    return {
        "method": own.method,
        "url": f"{session.http.base}{address(own, connection(session.sync, audience))}",
        "query": {},
        "headers": headers(session.settings, masked=True),
        "json": _body(session, audience, action, rows),
    }


def audiences(_session: Session) -> Iterator[Audience]:
    """Raises `ConfigError`: no request is known that would list them."""
    raise ConfigError(NOTHING_MADE, key="audience.id")


def find(_session: Session, _name: str) -> Sequence[Audience]:
    """Raises `ConfigError`: no request is known that would find one."""
    raise ConfigError(NOTHING_MADE, key="audience.id")


def create(_session: Session, _spec: AudienceSpec) -> Audience:
    """Raises `ConfigError`: nothing is created."""
    raise ConfigError(NOTHING_MADE, key="audience.id")


def fit(destination: Any, _audience: AudienceSpec, _options: Any) -> Connector:
    """The connector with the fields, the batch size, the way of updates and the identity of this destination.

    Pages of a run have one size: that of the action with the smallest batches.
    """
    return replace(
        CONNECTOR,
        fields=fields_of(destination),
        rows=min(each.batch_size for each in own_actions(destination).values()),
        updates=updates_of(destination),
        identity="record" if destination.record_key else "key",
    )


def updates_of(settings: Destination) -> Updates:
    """By insert's settings, by an action of its own, or, where there is none, by a deletion and an insertion."""
    if settings.actions.update is not None:
        return "add" if settings.actions.update.use_insert else "update"
    return "replace" if settings.actions.delete and settings.actions.insert else "update"


CONNECTOR = Connector(
    name="http",
    label="HTTP API",
    destination=Destination,
    audience=AudienceSettings,
    options=Options,
    fields=(),
    profiles=("http",),
    rows=MOST_ROWS,
    account=Destination.account,
    validate=validate,
    connect=connect,
    check=check,
    list=audiences,
    find=find,
    create=create,
    send=send,
    preview=preview,
    updates="add",
    identity="key",
    fit=fit,
)
