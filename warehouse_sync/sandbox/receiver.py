"""A receiver of records under /receiver/AUDIENCE/: lists of objects come in and are kept by one of their fields.

It stands in for whatever API a templated destination speaks to, so it is not faithful to any: it knows three kinds of
credentials, answers with the statuses it is told to, and says nothing useful in its bodies. Paths end in `insert`,
`update` or `delete`; a body is a list of records, or an object with such a list under `records`.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from .members import Entry
from .parts import Summary
from .replies import Refusal, Refusals, Reply, answer
from .settings import Clock, Settings, changed
from .wire import Call

PREFIX = "/receiver/"
ELSEWHERE = "https://elsewhere.example.com/"


class No(Refusal):
    """A bare status; its body names nothing."""

    def reply(self, trace: str) -> Reply:
        told = answer({"ok": False, "trace": trace}, self.status, self.more.get("headers", {}))
        return replace(told, refused=True)


def no(status: int, **headers: str) -> No:
    return No(status, "", status=status, headers=headers)


REFUSALS: Refusals = {
    "bad_request": lambda: no(400),
    "bad_token": lambda: no(401),
    "forbidden": lambda: no(403),
    "missing": lambda: no(404),
    "gone": lambda: no(410),
    "too_large": lambda: no(413),
    "throttled": lambda: no(429, **{"Retry-After": "7"}),
    "transient": lambda: no(500),
    "redirect": lambda: no(302, Location=ELSEWHERE),
}


@dataclass(frozen=True)
class ReceiverSettings:
    """How this part behaves.

    `key`: the field by which records are told apart. `row_limit`: how many one request may have. `missing`: the status
    where nothing of what should be deleted is there; 0: a success.
    """

    key: str = "id"
    row_limit: int = 5000
    missing: int = 0


@dataclass(frozen=True)
class At:
    """Where a request goes: what it does, and the audience its path names."""

    kind: str
    node: str


@dataclass
class Receiver:
    """Records by audience and key: the `Part` for its paths."""

    name: ClassVar[str] = "receiver"
    membership: ClassVar[frozenset[str]] = frozenset({"insert", "update", "delete"})
    kinds: ClassVar[frozenset[str]] = membership | {"unknown"}
    changes: ClassVar[frozenset[str]] = membership
    refusals: ClassVar[Refusals] = REFUSALS
    any_body: ClassVar[bool] = True

    settings: Settings
    clock: Clock
    audiences: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.own  # noqa: B018 - raises ValueError where its settings are wrong

    @property
    def own(self) -> ReceiverSettings:
        return changed(ReceiverSettings(), self.settings.platforms.get(self.name, {}))

    def serves(self, path: str) -> bool:
        return path.startswith(PREFIX)

    def route(self, call: Call) -> At:
        """The kind is `unknown` where the path is another."""
        audience, _, kind = call.path.removeprefix(PREFIX).partition("/")
        return At(kind if kind in self.membership else "unknown", audience)

    def perform(self, call: Call, at: At, base: str) -> Any:
        self.authorise(call)
        kept = self.audiences.get(at.node)
        if at.kind == "unknown" or kept is None:
            raise no(404)
        rows, key = self.rows(call), self.own.key
        if not rows or not all(isinstance(row, dict) and row.get(key) not in (None, "") for row in rows):
            raise no(400)
        if len(rows) > self.own.row_limit:
            raise no(413)
        self.apply(kept, at.kind, {str(row[key]): row for row in rows})
        return {"ok": True}

    def apply(self, kept: dict[str, Mapping[str, Any]], kind: str, rows: Mapping[str, Mapping[str, Any]]) -> None:
        if kind == "delete":
            if self.own.missing and kept.keys().isdisjoint(rows):
                raise no(self.own.missing)
            for key in rows:
                kept.pop(key, None)
        elif self.settings.members != "none":
            kept.update(rows)

    def authorise(self, call: Call) -> None:
        """The token as a bearer's, as anybody's password, or as the key in X-Api-Key."""
        token = self.settings.token
        scheme, _, given = call.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            given = base64.b64decode(given).decode().partition(":")[2]
        given = given or call.headers.get("x-api-key", "")
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise no(401)

    # -- what the sandbox asks of every part ---------------------------------------------------------------------

    def success(self, value: Any, trace: str) -> Any:
        return value

    def unreadable(self, refusal: Refusal) -> Refusal:
        return no(400)

    def echo(self, at: At, trace: str) -> Mapping[str, str]:
        return {"X-Request-Id": trace}

    def ordered(self, answer: str, reply: Reply, at: At) -> Reply:
        return reply

    def rows(self, call: Call) -> Sequence[Any]:
        try:
            body = json.loads(call.raw)
        except ValueError:
            return ()
        rows = body.get("records") if isinstance(body, dict) else body
        return rows if isinstance(rows, list) else ()

    def cells(self, row: Any) -> Iterable[Any]:
        return row.values() if isinstance(row, dict) else row if isinstance(row, list) else ()

    def holds(self, audience: str) -> bool:
        return audience in self.audiences

    def tokens(self, audience: str) -> set[str]:
        return {f"{self.own.key}:{key}" for key in self.audiences[audience]}

    def records(self, audience: str) -> dict[str, Mapping[str, Any]]:
        """What is kept, by key."""
        return dict(self.audiences[audience])

    def entries(self, audience: str) -> list[Entry]:
        return [Entry(frozenset((token,))) for token in self.tokens(audience)]

    def summary(self) -> list[Summary]:
        key = self.own.key
        return [Summary(each, each, self.name, len(kept), {key: len(kept)}) for each, kept in self.audiences.items()]

    def enter_audience(self, name: str, *, id: str, account: str | None) -> str:
        made = id or str(len(self.audiences) + 1001)
        self.audiences[made] = {}
        return made

    def mark(self, audience: str, **marks: Any) -> None:
        if marks:
            raise ValueError("a receiver's audience has no facts")
