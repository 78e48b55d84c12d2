"""LinkedIn's API as far as DMP segments go, under /rest/, and the address for tokens, under /oauth/v2/.

Not modelled: matching, use in campaigns, and daily quotas (order a throttle instead).
"""

from __future__ import annotations

import hmac
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import unquote

from . import linkedin_elements as elements
from .linkedin_replies import (
    REFUSALS,
    NoToken,
    bad_token,
    expired_token,
    invalid_grant,
    missing,
    result,
    segment_limit,
    throttled,
    version,
    wrong,
)
from .linkedin_segments import DAY, Segment, new_id
from .members import Entry
from .parts import Summary
from .replies import Refusal, Refusals, Reply
from .settings import Clock, Settings, changed
from .wire import Call

PREFIX, TOKENS = "/rest/dmpSegments", "/oauth/v2/accessToken"
ACCOUNT = "urn:li:sponsoredAccount:500000001"
PLATFORM = "SANDBOX"
MOST_ELEMENTS = 5000
PLURALS = {"users": "USER", "companies": "COMPANY"}


@dataclass(frozen=True)
class LinkedInSettings:
    """How this part behaves.

    `ended` and `missing` are versions not served, as are those before `oldest`. `settle_seconds`: for so long after its
    creation a segment answers 404. `verdicts` are ordered for elements that have a value: one status after the other,
    then LinkedIn's own. `short`: so many results are missing at the end of each answer. `users` and `companies` are the
    requests a minute.
    """

    accounts: tuple[str, ...] = (ACCOUNT,)
    source_platforms: tuple[str, ...] = (PLATFORM,)
    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-secret"  # noqa: S105 - the stand-in's public password
    refresh_token: str = "sandbox-refresh"  # noqa: S105 - the same
    oldest: str = "202510"
    ended: tuple[str, ...] = ("202510", "202511")
    missing: tuple[str, ...] = ("202512",)
    segment_limit: int = 1000
    settle_seconds: float = 0.0
    users: int = 600
    companies: int = 300
    short: int = 0
    verdicts: Mapping[str, Sequence[int]] = field(default_factory=dict)
    access_days: float = 60
    refresh_days: float = 365


@dataclass(frozen=True)
class At:
    """Where a request goes: what kind of call it is, and the segment or account it names."""

    kind: str
    node: str
    plural: str = ""


@dataclass
class LinkedIn:
    """Ad accounts' segments: the `Part` for LinkedIn's paths."""

    name: ClassVar[str] = "linkedin"
    membership: ClassVar[frozenset[str]] = frozenset({"add", "remove"})
    changes: ClassVar[frozenset[str]] = frozenset({"add", "remove", "single", "create", "delete", "token"})
    kinds: ClassVar[frozenset[str]] = changes | {"list", "read", "unknown"}
    refusals: ClassVar[Refusals] = REFUSALS
    any_body: ClassVar[bool] = False

    settings: Settings
    clock: Clock
    segments: dict[str, Segment] = field(default_factory=dict)
    issued: dict[str, float] = field(default_factory=dict)
    asked: Counter[tuple[str, int]] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.authorised = self.clock.now()
        self.own  # noqa: B018 - raises ValueError where its settings are wrong

    @property
    def own(self) -> LinkedInSettings:
        return changed(LinkedInSettings(), self.settings.platforms.get(self.name, {}))

    def serves(self, path: str) -> bool:
        return path.startswith(("/rest/", "/oauth/v2/"))

    def route(self, call: Call) -> At:
        """The kind of a membership change is that of its first element; without the header it is a single one."""
        if call.path == TOKENS and call.method == "POST":
            return At("token", "")
        root, _, rest = call.path.partition(PREFIX)
        node, _, plural = rest.removeprefix("/").partition("/")
        if root or (rest and not rest.startswith("/")):
            return At("unknown", "")
        if plural in PLURALS and call.method == "POST":
            return At(self.change_of(call), node, plural)
        kinds = {("POST", False): "create", ("GET", False): "list", ("GET", True): "read", ("DELETE", True): "delete"}
        account = str(call.parameters.get("account", ""))
        return At("unknown" if plural else kinds.get((call.method, bool(node)), "unknown"), node or account, plural)

    def change_of(self, call: Call) -> str:
        if call.headers.get("x-restli-method", "").upper() != "BATCH_CREATE":
            return "single"
        first = next(iter(self.rows(call)), None)
        return "remove" if isinstance(first, dict) and first.get("action") == "REMOVE" else "add"

    def perform(self, call: Call, at: At, base: str) -> Any:
        if at.kind == "token":
            return self.exchange(call)
        if at.kind == "unknown":
            raise missing("the resource")
        self.check_headers(call)
        self.authorise(call)
        if at.plural:
            return self.change(call, at)
        actions: dict[str, Callable[[Call, At], Any]] = {
            "create": self.create,
            "list": self.page,
            "read": lambda _call, at: self.of(at.node).described(self.clock.now()),
            "delete": self.delete,
        }
        return actions[at.kind](call, at)

    def check_headers(self, call: Call) -> None:
        own, given = self.own, call.headers.get("linkedin-version", "")
        if not given:
            raise no_version()
        if given in (*own.ended, *own.missing) or not own.oldest <= given <= "209912" or len(given) != 6:
            raise version(given)
        if call.headers.get("x-restli-protocol-version") != "2.0.0":
            raise wrong("X-Restli-Protocol-Version must be 2.0.0")
        if call.method == "POST" and not call.headers.get("content-type", "").startswith("application/json"):
            raise wrong("Content-Type must be application/json")

    def authorise(self, call: Call) -> None:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise bad_token()
        if token in self.issued:
            if self.issued[token] <= self.clock.now():
                raise expired_token()
        elif not hmac.compare_digest(token.encode(), self.settings.token.encode()):
            raise bad_token()

    def exchange(self, call: Call) -> dict[str, Any]:
        """A new access token for the refresh token, whose own life goes on as it was."""
        own, given, now = self.own, call.body, self.clock.now()
        if (given.get("client_id"), given.get("client_secret")) != (own.client_id, own.client_secret):
            raise NoToken("invalid_client", "Client authentication failed", 401)
        left = self.authorised + own.refresh_days * DAY - now
        if (given.get("grant_type"), given.get("refresh_token")) != ("refresh_token", own.refresh_token) or left <= 0:
            raise invalid_grant()
        made = f"AQ{secrets.token_urlsafe(24)}"
        self.issued[made] = now + own.access_days * DAY
        return {
            "access_token": made,
            "expires_in": int(own.access_days * DAY),
            "refresh_token": own.refresh_token,
            "refresh_token_expires_in": int(left),
            "scope": "rw_dmp_segments",
        }

    def revoke(self) -> None:
        """From now on no token that was issued is accepted."""
        self.issued = dict.fromkeys(self.issued, 0.0)

    def create(self, call: Call, _at: At) -> Reply:
        own, body = self.own, call.body
        if body.get("account") not in own.accounts:
            raise REFUSALS["permission"]()
        if body.get("sourcePlatform") not in own.source_platforms:
            raise wrong("sourcePlatform :: not an enum value of the app")
        if body.get("type") not in ("USER", "COMPANY"):
            raise wrong("type :: must be USER or COMPANY")
        if not isinstance(body.get("name"), str) or not body["name"].strip():
            raise wrong("name :: field is required")
        if body.get("destinations") != [{"destination": "LINKEDIN"}] or set(body) - CREATED_WITH:
            raise wrong("unrecognized field found but not allowed, or destinations missing")
        if sum(each.account == body["account"] for each in self.segments.values()) >= own.segment_limit:
            raise segment_limit()
        made = Segment(new_id(), body["account"], body["name"], body["type"], body["sourcePlatform"], self.clock.now())
        made.source_segment_id = body.get("sourceSegmentId")
        self.segments[made.id] = made
        where = {"x-restli-id": made.id, "x-linkedin-id": made.id, "location": f"/dmpSegments/{made.id}"}
        return Reply(201, b"", where)

    def of(self, node: str) -> Segment:
        found = self.segments.get(node)
        if found is None or found.account not in self.own.accounts:
            raise missing()
        return found

    def delete(self, _call: Call, at: At) -> Reply:
        del self.segments[self.of(at.node).id]
        return Reply(204)

    def page(self, call: Call, _at: At) -> dict[str, Any]:
        """The finder `account`. An urn in a query is percent-encoded, or it is read as something else."""
        query = call.query
        if query.get("q") != "account" or query.get("account") not in self.own.accounts:
            raise wrong("the finder needs q=account and an account of yours")
        if any(":" in each or "(" in each for each in call.search.split("&")) or "account=urn%3A" not in call.search:
            raise wrong("Rest.li: an urn must be encoded")
        start, count = number(query, "start", 0), number(query, "count", 10)
        wanted = {"sourcePlatform": "source_platform", "sourceSegmentId": "source_segment_id", "account": "account"}
        given = {mine: unquote(query[theirs]) for theirs, mine in wanted.items() if theirs in query}
        found = [
            each
            for each in self.segments.values()
            if all(getattr(each, name) == value for name, value in given.items())
        ]
        shown = [each.described(self.clock.now()) for each in found[start : start + min(count, 1000)]]
        return {"paging": {"start": start, "count": count, "links": [], "total": len(found)}, "elements": shown}

    def change(self, call: Call, at: At) -> Any:
        own, now = self.own, self.clock.now()
        found = self.of(at.node)
        if now - found.created < own.settle_seconds:
            raise missing()
        if PLURALS[at.plural] != found.type:
            raise wrong("the segment is of another type")
        token, minute = call.headers.get("authorization", ""), int(now // 60)
        self.asked[f"{token} {at.plural}", minute] += 1
        if self.asked[f"{token} {at.plural}", minute] > getattr(own, at.plural):
            raise throttled()
        if at.kind == "single":
            told = self.verdict(found, dict(call.body), now)
            if told["status"] >= 300:
                raise wrong("the element is not valid")
            return Reply(201, b"")
        given = call.body.get("elements")
        if not isinstance(given, list) or not 1 <= len(given) <= MOST_ELEMENTS:
            raise wrong("elements :: 1 to 5000")
        results = [self.verdict(found, element, now) for element in given]
        return {"elements": results[: len(results) - own.short] if own.short else results}

    def verdict(self, segment: Segment, element: Any, now: float) -> Mapping[str, Any]:
        """Judges one element and applies it where it is good."""
        problem = elements.complaint(segment.type, element)
        if problem is not None:
            return result(400, problem)
        if (ordered := self.ordered_for(element)) is not None and ordered >= 300:
            return result(ordered, "ordered")
        member, keep = elements.member(segment.type, element), self.settings.members != "none"
        segment.change(member, now, adds=element["action"] == "ADD", keep=keep)
        return result(201)

    def ordered_for(self, element: Any) -> int | None:
        verdicts = self.own.verdicts
        value = next((each for each in elements.cells(element) if isinstance(each, str) and each in verdicts), None)
        if value is None:
            return None
        self.told[value] += 1
        return next(iter(verdicts[value][self.told[value] - 1 :]), None)

    # -- what the sandbox asks of every part ---------------------------------------------------------------------

    def success(self, value: Any, trace: str) -> Any:
        return value

    def unreadable(self, refusal: Refusal) -> Refusal:
        return wrong("The request body could not be parsed.")

    def echo(self, at: At, trace: str) -> Mapping[str, str]:
        return {"x-li-uuid": trace, "x-li-fabric": "sandbox", "x-li-request-id": trace}

    def ordered(self, answer: str, reply: Reply, at: At) -> Reply:
        return reply

    def rows(self, call: Call) -> Sequence[Any]:
        rows = call.body.get("elements")
        return rows if isinstance(rows, list) else ()

    def cells(self, row: Any) -> Iterable[Any]:
        return elements.cells(row)

    def holds(self, audience: str) -> bool:
        return audience in self.segments

    def tokens(self, audience: str) -> set[str]:
        self.segments[audience].forget(self.clock.now())
        return self.segments[audience].tokens()

    def entries(self, audience: str) -> list[Entry]:
        found = self.segments[audience]
        each = found.companies if found.type == "COMPANY" else [frozenset((token,)) for token in found.ids]
        return [Entry(tokens) for tokens in each]

    def summary(self) -> list[Summary]:
        return [
            Summary(each.id, each.name, each.account, len(each), dict(Counter(map(first, sorted(each.tokens())))))
            for each in self.segments.values()
        ]

    def enter_audience(self, name: str, *, id: str, account: str | None) -> str:
        made = Segment(id or new_id(), account or ACCOUNT, name, "USER", PLATFORM, self.clock.now())
        self.segments[made.id] = made
        return made.id

    def mark(self, audience: str, **marks: Any) -> None:
        self.segments[audience].mark(marks)


CREATED_WITH = {"name", "sourcePlatform", "account", "type", "destinations", "sourceSegmentId"}


def no_version() -> Refusal:
    return wrong("A version must be present. Please specify a version by adding the LinkedIn-Version header.")


def first(token: str) -> str:
    return token.partition(":")[0]


def number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal():
        raise wrong(f"{name} must be a number")
    return int(text)
