"""TikTok's API for Business as far as audiences go, under /open_api/v1.3/; the file API is in `tiktok_files`.

Not modelled: matching, sharing, lookalikes, applying to ad groups, and quotas (order a throttle instead).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from . import tiktok_audiences as lists
from . import tiktok_files as files
from .members import Entry
from .parts import Summary
from .replies import Refusal, Refusals, Reply
from .settings import Clock, Settings, changed
from .tiktok_audiences import TikTokAudience
from .tiktok_replies import REFUSALS, NoSuchPage, Problem, bad_token, no_token, wrong
from .wire import Call

PREFIX = "/open_api/v1.3/"
ADVERTISER = "7000000000000000001"
FILES = "dmp/custom_audience/"
ROUTES = {
    ("POST", "segment/audience/"): "create",
    ("POST", "segment/mapping/"): "add",
    ("GET", f"{FILES}list/"): "list",
    ("GET", f"{FILES}get/"): "read",
    ("POST", f"{FILES}file/upload/"): "upload",
    ("POST", f"{FILES}create/"): "create_from_file",
    ("POST", f"{FILES}update/"): "change_by_file",
    ("POST", f"{FILES}delete/"): "delete_any",
}
BY_ACTION = {("create", "delete"): "delete", ("add", "delete"): "remove"}


@dataclass(frozen=True)
class TikTokSettings:
    """How this part behaves.

    `code` is that of a success: 0, or 200 and 20001 as some answers have it. `numeric_ids`: a created audience's id is
    a number, as the documents show it. `row_limit` is how many rows a mapping may have, `floor` how few people a change
    by file may leave.
    """

    advertisers: tuple[str, ...] = (ADVERTISER,)
    code: int = 0
    numeric_ids: bool = False
    row_limit: int = 10_000
    floor: int = 1000


@dataclass(frozen=True)
class At:
    """Where a request goes: what kind of call it is, and the audience or advertiser it names."""

    kind: str
    node: str


@dataclass
class TikTok:
    """Advertisers' audiences: the `Part` for TikTok's paths."""

    name: ClassVar[str] = "tiktok"
    membership: ClassVar[frozenset[str]] = frozenset({"add", "remove"})
    kinds: ClassVar[frozenset[str]] = frozenset({*ROUTES.values(), *BY_ACTION.values(), "unknown"})
    changes: ClassVar[frozenset[str]] = kinds - {"list", "read", "unknown"}
    refusals: ClassVar[Refusals] = REFUSALS
    any_body: ClassVar[bool] = False

    settings: Settings
    clock: Clock
    audiences: dict[str, TikTokAudience] = field(default_factory=dict)
    uploads: dict[str, files.Upload] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.own  # noqa: B018 - raises ValueError where its settings are wrong

    @property
    def own(self) -> TikTokSettings:
        return changed(TikTokSettings(), self.settings.platforms.get(self.name, {}))

    def serves(self, path: str) -> bool:
        return path.startswith("/open_api/")

    def route(self, call: Call) -> At:
        """The kind is `unknown` where there is no such call, or where its last slash is missing."""
        path = call.path.removeprefix(PREFIX) if call.path.startswith(PREFIX) else ""
        kind = ROUTES.get((call.method, path), "unknown")
        kind = BY_ACTION.get((kind, str(call.body.get("action"))), kind)
        return At(kind, node_of(call, kind))

    def perform(self, call: Call, at: At, base: str) -> Any:
        if at.kind == "unknown":
            raise NoSuchPage
        self.authorise(call)
        if at.kind in self.membership:
            return self.map(call)
        self.check_advertiser(call.parameters.get("advertiser_id"))
        actions: dict[str, Callable[[Call], Any]] = {
            "create": self.create,
            "delete": self.delete,
            "list": self.page,
            "read": lambda given: files.details(self.asked(given), self.clock.now()),
            "upload": lambda given: files.upload(self.uploads, given),
            "create_from_file": self.create_from_file,
            "change_by_file": self.change_by_file,
            "delete_any": self.delete_any,
        }
        return actions[at.kind](call)

    def authorise(self, call: Call) -> None:
        """The token comes in a header of its own; as a bearer token it is not seen."""
        token = call.headers.get("access-token", "")
        if not token:
            raise no_token()
        if not hmac.compare_digest(token.encode(), self.settings.token.encode()):
            raise bad_token()

    def check_advertiser(self, given: Any) -> None:
        if str(given or "") not in self.own.advertisers:
            raise Problem(40001, "No permission to operate the advertiser.")

    def map(self, call: Call) -> dict[str, Any]:
        own = self.own
        change = lists.check(call.body, self.audiences.get, own.advertisers, own.row_limit)
        lists.apply(change, self.audiences, self.clock.now(), keep=self.settings.members != "none")
        return {}

    def create(self, call: Call) -> dict[str, Any]:
        name = lists.shortened(call.body.get("custom_audience_name"))
        made = self.enter_audience(name, id="", account=str(call.body["advertiser_id"]))
        return {"audience_id": int(made) if self.own.numeric_ids else made}

    def delete(self, call: Call) -> dict[str, Any]:
        found = self.of(call, call.body.get("delete_audience_id"))
        if not found.audience_type.lower().startswith("partner"):
            raise wrong("The audience was not made by the streaming API.")
        del self.audiences[found.id]
        return {}

    def delete_any(self, call: Call) -> dict[str, Any]:
        ids = call.body.get("custom_audience_ids")
        if not isinstance(ids, list) or not 1 <= len(ids) <= 100:
            raise wrong("custom_audience_ids: Length must be between 1 and 100.")
        for found in [self.of(call, each) for each in ids]:
            del self.audiences[found.id]
        return {}

    def of(self, call: Call, audience: Any) -> TikTokAudience:
        found = self.audiences.get(str(audience))
        if found is None or found.advertiser != str(call.parameters["advertiser_id"]):
            raise Problem(40007, "The audience does not exist.")
        return found

    def page(self, call: Call) -> dict[str, Any]:
        page, size = number(call, "page", 1, 10**6), number(call, "page_size", 10, 100)
        found = self.asked(call) if "custom_audience_ids" in call.query else self.all(call)
        shown = [each.listed(self.clock.now()) for each in found[(page - 1) * size : page * size]]
        pages = max(1, -(-len(found) // size))
        info = {"page": page, "page_size": size, "total_number": len(found), "total_page": pages}
        return {"list": shown, "page_info": info}

    def all(self, call: Call) -> Sequence[TikTokAudience]:
        """The advertiser's audiences, newest first."""
        owner = call.query["advertiser_id"]
        return [each for each in reversed(self.audiences.values()) if each.advertiser == owner]

    def asked(self, call: Call) -> Sequence[TikTokAudience]:
        """The audiences named in the query, a JSON list; unknown ones are left out."""
        try:
            ids = json.loads(call.query.get("custom_audience_ids", ""))
        except ValueError:
            ids = None
        if not isinstance(ids, list) or not 1 <= len(ids) <= 100:
            raise wrong("custom_audience_ids: Not a valid list.")
        return [each for each in self.all(call) if each.id in map(str, ids)]

    def create_from_file(self, call: Call) -> dict[str, Any]:
        made = files.create(self.uploads, call, self.clock.now())
        self.audiences[made.id] = made
        return {"custom_audience_id": made.id}

    def change_by_file(self, call: Call) -> dict[str, Any]:
        found = self.of(call, call.body.get("custom_audience_id"))
        files.change(found, self.uploads, call, self.own.floor, self.clock.now())
        return {}

    # -- what the sandbox asks of every part ---------------------------------------------------------------------

    def success(self, value: Any, trace: str) -> Any:
        words = "OK" if self.own.code in (0, 200) else "Partial success"
        return {"code": self.own.code, "message": words, "request_id": trace, "data": value}

    def unreadable(self, refusal: Refusal) -> Refusal:
        return Problem(40000, "The request body could not be parsed.")

    def echo(self, at: At, trace: str) -> Mapping[str, str]:
        return {}

    def ordered(self, answer: str, reply: Reply, at: At) -> Reply:
        return reply

    def rows(self, call: Call) -> Sequence[Any]:
        rows = call.body.get("batch_data")
        return rows if isinstance(rows, list) else ()

    def cells(self, row: Any) -> Iterable[Any]:
        return [cell.get("id") for cell in row if isinstance(cell, dict)] if isinstance(row, list) else ()

    def holds(self, audience: str) -> bool:
        return audience in self.audiences

    def tokens(self, audience: str) -> set[str]:
        return self.audiences[audience].tokens()

    def entries(self, audience: str) -> list[Entry]:
        return [Entry(frozenset((token,))) for token in self.tokens(audience)]

    def summary(self) -> list[Summary]:
        return [
            Summary(
                each.id, each.name, each.advertiser, each.size(), {k: len(v) for k, v in sorted(each.members.items())}
            )
            for each in self.audiences.values()
        ]

    def enter_audience(self, name: str, *, id: str, account: str | None) -> str:
        made = TikTokAudience(id or lists.new_id(), account or ADVERTISER, name, self.clock.now())
        self.audiences[made.id] = made
        return made.id

    def mark(self, audience: str, **marks: Any) -> None:
        self.audiences[audience].mark(marks)


def number(call: Call, name: str, default: int, most: int) -> int:
    text = call.query.get(name, str(default))
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise wrong(f"{name}: Must be between 1 and {most}.")
    return int(text)


def node_of(call: Call, kind: str) -> str:
    """The audience a request is about, as far as it names one."""
    body = call.body
    if kind in TikTok.membership:
        rows = body.get("batch_data")
        cells = (cell for row in (rows if isinstance(rows, list) else ()) if isinstance(row, list) for cell in row)
        named = (cell.get("audience_ids") for cell in cells if isinstance(cell, dict))
        return str(next((each[0] for each in named if isinstance(each, list) and each), ""))
    ids = (body.get("delete_audience_id"), body.get("custom_audience_id"), call.parameters.get("advertiser_id"))
    return str(next((each for each in ids if each), ""))
