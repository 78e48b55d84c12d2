"""Meta's Marketing API as far as custom audiences go: routes, and the state behind them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from . import audiences as lists
from . import users
from .audiences import Account, Audience, find
from .auth import authorise
from .members import Entry, by_type, store
from .parts import Summary
from .replies import REFUSALS, THROTTLES, Refusal, Refusals, Reply, missing, usage
from .settings import ACCOUNT, Clock, Settings
from .wire import Call

ROUTES = {
    ("account", "", "GET"): "account",
    ("account", "customaudiences", "POST"): "create",
    ("account", "customaudiences", "GET"): "list",
    ("account", "usersofanyaudience", "DELETE"): "forget",
    ("audience", "", "GET"): "read",
    ("audience", "", "POST"): "edit",
    ("audience", "", "DELETE"): "delete",
    ("audience", "users", "POST"): "add",
    ("audience", "users", "DELETE"): "remove",
    ("audience", "usersreplace", "POST"): "replace",
    ("audience", "sessions", "GET"): "sessions",
    ("me", "", "GET"): "me",
    ("me", "permissions", "GET"): "permissions",
}
MEMBERSHIP = frozenset({"add", "remove", "replace", "forget"})
KINDS = frozenset({*ROUTES.values(), "unknown"})
CHANGES = MEMBERSHIP | {"create", "edit", "delete"}


@dataclass(frozen=True)
class Route:
    """Where a request goes: what kind of call it is, and the account or audience it names."""

    kind: str
    version: tuple[int, int] | None
    node: str


def route(call: Call) -> Route:
    """Reads the path. The kind is `unknown` where there is no such call."""
    versioned = re.match(r"/v(\d+)\.(\d+)(?=/|$)", call.path)
    version = (int(versioned[1]), int(versioned[2])) if versioned else None
    found = re.fullmatch(r"/([A-Za-z0-9_]+)(?:/([a-z]*))?/?", call.path[versioned.end() if versioned else 0 :])
    if found is None:
        return Route("unknown", version, "")
    node, edge = found[1], found[2] or ""
    return Route(ROUTES.get((what(node), edge, call.verb), "unknown"), version, node)


def what(node: str) -> str:
    if node == "me":
        return "me"
    return "account" if node.startswith("act_") else "audience" if node.isdecimal() else "unknown"


@dataclass
class Meta:
    """Accounts and audiences, changed by calls: the `Part` for Meta's paths, and for all that are nobody else's."""

    name: ClassVar[str] = "meta"
    kinds: ClassVar[frozenset[str]] = KINDS
    membership: ClassVar[frozenset[str]] = MEMBERSHIP
    changes: ClassVar[frozenset[str]] = CHANGES
    refusals: ClassVar[Refusals] = REFUSALS
    any_body: ClassVar[bool] = False

    settings: Settings
    clock: Clock
    accounts: dict[str, Account] = field(default_factory=dict)
    audiences: dict[str, Audience] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.accounts = {name: Account(name) for name in self.settings.accounts}

    def serves(self, path: str) -> bool:
        return True

    def route(self, call: Call) -> Route:
        return route(call)

    def perform(self, call: Call, route: Route, base: str) -> Any:
        check_version(route, self.settings)
        authorise(call, self.settings, self.clock.now())
        if route.kind == "unknown":
            raise Refusal(2500, "Unknown path components")
        actions: dict[str, Callable[[], Any]] = {
            "account": lambda: self.read_account(route.node),
            "create": lambda: self.create(route.node, call),
            "list": lambda: self.page(route.node, call, base),
            "forget": lambda: self.forget(route.node, call),
            "me": lambda: {"id": "100000000000001", "name": "Sandbox System User"},
            "permissions": permissions,
        }
        if route.kind in actions:
            return actions[route.kind]()
        return self.perform_on(find(self.audiences, route.node), call, route.kind)

    def perform_on(self, audience: Audience, call: Call, kind: str) -> Any:
        settings, now = self.settings, self.clock.now()
        actions: dict[str, Callable[[], Any]] = {
            "read": lambda: self.read(audience, call),
            "edit": lambda: self.edit(audience, call),
            "delete": lambda: self.delete(audience),
            "add": lambda: users.add(audience, call, settings, now),
            "remove": lambda: users.remove(audience, call, settings, now),
            "replace": lambda: users.replace(audience, call, settings, now),
            "sessions": lambda: sessions(audience, call),
        }
        return actions[kind]()

    def account(self, name: str) -> Account:
        if name not in self.accounts:
            raise missing()
        return self.accounts[name]

    def read_account(self, name: str) -> dict[str, Any]:
        number = self.account(name).id.removeprefix("act_")
        return {
            "id": name,
            "account_id": number,
            "name": "Sandbox Account",
            "account_status": 1,
            "currency": "USD",
            "tos_accepted": {"custom_audience_tos": 1, "web_custom_audience_tos": 1},
            "user_tasks": ["DRAFT", "ANALYZE", "ADVERTISE", "MANAGE"],
        }

    def of(self, account: str) -> list[Audience]:
        """The audiences of an account, oldest first."""
        return [each for each in self.audiences.values() if each.account.id == account]

    def create(self, account: str, call: Call) -> dict[str, str]:
        owner, given = self.account(account), call.parameters
        name = lists.check_name(given.get("name"))
        if given.get("subtype") != "CUSTOM":
            raise Refusal(100, "param subtype must be CUSTOM")
        source = lists.check_source(given.get("customer_file_source"))
        same = [each for each in self.of(account) if each.name == name]
        if same and call.flag("enable_fetch_or_create"):
            return {"id": same[0].id}
        audience = self.enter(name, owner)
        audience.customer_file_source, audience.is_value_based = source, call.flag("is_value_based")
        audience.description = str(given.get("description", ""))
        audience.retention_days = lists.check_retention(given.get("retention_days"))
        audience.audience_labels = given.get("audience_labels")
        self.audiences[audience.id] = audience
        return {"id": audience.id}

    def enter(self, name: str, owner: Account, id: str = "") -> Audience:
        """A new audience, not yet listed."""
        return Audience(id or lists.new_id(), owner, name, store(self.settings.members), self.clock.now())

    def page(self, account: str, call: Call, base: str) -> dict[str, Any]:
        self.account(account)
        shown = lists.wanted(self.of(account), call.decoded("filtering"))
        found = lists.page(shown, call.parameters, self.settings.list_limit, base + call.path)
        return {**found, "summary": {"total_count": len(shown)}} if call.flag("summary") else found

    def forget(self, account: str, call: Call) -> dict[str, Any]:
        owner = self.account(account)
        return users.remove_everywhere(owner, self.of(account), call, self.settings, self.clock.now())

    def read(self, audience: Audience, call: Call) -> dict[str, Any]:
        users.end_stale_replace(audience, self.clock.now())
        return lists.node(audience, lists.asked(call.parameters.get("fields")))

    def edit(self, audience: Audience, call: Call) -> dict[str, bool]:
        lists.edit(audience, call.parameters)
        return {"success": True}

    def delete(self, audience: Audience) -> dict[str, bool]:
        if audience.has_lookalikes:
            raise Refusal(2656, "Failed to delete: lookalike audiences depend on this audience")
        del self.audiences[audience.id]
        return {"success": True}

    def success(self, value: Any, trace: str) -> Any:
        return value

    def unreadable(self, refusal: Refusal) -> Refusal:
        return refusal

    def echo(self, at: Route, trace: str) -> Mapping[str, str]:
        """Which usage header comes with which call is as recorded."""
        version = at.version or self.settings.newest
        headers = usage(self.settings.usage_percent, 0, self.account_of(at))
        unsaid = "X-Business-Use-Case-Usage" if at.kind == "add" else "X-Ad-Account-Usage"
        del headers[unsaid]
        names = {"facebook-api-version": f"v{version[0]}.{version[1]}", "x-fb-trace-id": trace}
        return {**headers, **names, "x-fb-request-id": trace}

    def ordered(self, answer: str, reply: Reply, at: Route) -> Reply:
        """A throttle tells the usage that explains it."""
        if answer not in THROTTLES:
            return reply
        told = usage(100, self.settings.regain_minutes, self.account_of(at))
        return replace(reply, headers={**reply.headers, **told})

    def account_of(self, at: Route) -> str:
        audience = self.audiences.get(at.node)
        return audience.account.id if audience else at.node if at.node.startswith("act_") else ACCOUNT

    def rows(self, call: Call) -> Sequence[Any]:
        try:
            payload = call.decoded("payload")
        except Refusal:
            return ()
        rows = payload.get("data") if isinstance(payload, dict) else None
        return rows if isinstance(rows, list) else ()

    def cells(self, row: Any) -> Sequence[Any]:
        return row if isinstance(row, list) else (row,)

    def holds(self, audience: str) -> bool:
        return audience in self.audiences

    def tokens(self, audience: str) -> set[str]:
        return find(self.audiences, audience).members.tokens()

    def entries(self, audience: str) -> list[Entry]:
        return list(find(self.audiences, audience).members.entries())

    def summary(self) -> list[Summary]:
        return [
            Summary(each.id, each.name, each.account.id, len(each.members), by_type(each.members.tokens()))
            for each in self.audiences.values()
        ]

    def enter_audience(self, name: str, *, id: str, account: str | None) -> str:
        audience = self.enter(name, self.account(account or ACCOUNT), id)
        self.audiences[audience.id] = audience
        return audience.id

    def mark(self, audience: str, **marks: Any) -> None:
        found = find(self.audiences, audience)
        for name, value in marks.items():
            if name not in {"status", "foreign_source", "has_lookalikes", "is_value_based", "name"}:
                raise ValueError(f"an audience has no mark {name!r}")
            setattr(found, name, value)


def check_version(route: Route, settings: Settings) -> None:
    if route.version is None or route.version < settings.oldest:
        oldest = ".".join(map(str, settings.oldest))
        raise Refusal(
            2635, f"You are calling a deprecated version of the Ads API. Please update to at least v{oldest}."
        )
    if route.version > settings.newest:
        raise Refusal(2500, "Unknown path components: the version does not exist")


def permissions() -> dict[str, Any]:
    names = ("ads_management", "ads_read", "business_management")
    return {"data": [{"permission": name, "status": "granted"} for name in names]}


def sessions(audience: Audience, call: Call) -> dict[str, Any]:
    asked = call.parameters.get("session_id")
    found = [each for each in audience.sessions.values() if asked is None or str(each.id) == str(asked)]
    return {"data": [each.described() for each in found]}
