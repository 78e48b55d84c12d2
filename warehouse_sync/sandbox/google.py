"""Google's Data Manager API as far as customer lists go, under /v1/, and the address for tokens, /token.

The Google Ads API, under /v26/, is in `google_ads`, on the same lists. Not modelled: matching, partners'
accounts, encryption, licences, events.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from . import google_ads as ads
from . import google_resources as resources
from . import google_rules as rules
from . import google_shapes as shapes
from .google_ads_replies import REFUSALS as ADS_REFUSALS
from .google_ads_replies import SAME
from .google_lists import Members, Row, Upload, UserList, new_id, process
from .google_replies import REFUSALS, Violation, denied, exhausted, missing, no_project, unreadable, wrong
from .google_settings import ACCOUNT, MANAGER, PROJECT, GoogleSettings
from .google_status import block
from .google_tokens import AD_WORDS, DATA_MANAGER, Tokens
from .members import Entry
from .parts import Summary
from .replies import Refusal, Refusals, Reply
from .settings import Clock, Settings, changed
from .wire import Call

__all__ = ["ACCOUNT", "MANAGER", "PROJECT", "Google", "GoogleSettings"]

MINUTE, STATUS_DAYS = 60, 50
VERBS = {"ingest": "add", "remove": "remove", "removeAll": "clear"}
LISTS = re.compile(r"/v1/accountTypes/GOOGLE_ADS/accounts/(?P<account>[^/:]+)/userLists(?:/(?P<list>[^/:]+))?")
KINDS = {
    ("GET", False): "list",
    ("POST", False): "create",
    ("GET", True): "read",
    ("PATCH", True): "update",
    ("DELETE", True): "delete",
}
QUOTAS = {"add": "IngestionMutate", "remove": "IngestionMutate", "clear": "IngestionMutate", "status": "IngestionRead"}


@dataclass(frozen=True)
class At:
    """Where a request goes: what kind of call it is, and the list or account it names; `ads`: it is the other API's."""

    kind: str
    node: str
    account: str = ""
    ads: str = ""


@dataclass
class Google:
    """Ads accounts' customer lists: the `Part` for Google's paths."""

    name: ClassVar[str] = "google"
    membership: ClassVar[frozenset[str]] = frozenset({"add", "remove"})
    changes: ClassVar[frozenset[str]] = frozenset(
        {"add", "remove", "clear", "create", "update", "delete", "token", "job", "run"}
    )
    kinds: ClassVar[frozenset[str]] = changes | {"list", "read", "status", "unknown"}
    refusals: ClassVar[Refusals] = {**REFUSALS, **ADS_REFUSALS}
    any_body: ClassVar[bool] = False

    settings: Settings
    clock: Clock
    lists: dict[str, UserList] = field(default_factory=dict)
    uploads: dict[str, list[Upload]] = field(default_factory=dict)
    jobs: dict[str, ads.Job] = field(default_factory=dict)
    tokens_issued: Tokens = field(default_factory=Tokens)
    asked: Counter[tuple[str, int]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.own  # noqa: B018 - raises ValueError where its settings are wrong

    @property
    def own(self) -> GoogleSettings:
        return changed(GoogleSettings(), self.settings.platforms.get(self.name, {}))

    def serves(self, path: str) -> bool:
        return path == "/token" or re.match(r"/v\d+/", path) is not None

    def route(self, call: Call) -> At:
        if call.path == "/token":
            return At("token" if call.method == "POST" else "unknown", "")
        if not call.path.startswith("/v1/"):
            kind = ads.kind_of(call.path, call.body)
            return At(kind, ads.node_of(self, call.path, call.body), ads=call.path.split("/")[1])
        if call.path.startswith("/v1/audienceMembers:") and call.method == "POST":
            return At(VERBS.get(call.path.partition(":")[2], "unknown"), node_of(call.body))
        if (call.method, call.path) == ("GET", "/v1/requestStatus:retrieve"):
            return At("status", "")
        if found := LISTS.fullmatch(call.path):
            kind = KINDS.get((call.method, found["list"] is not None), "unknown")
            return At(kind, found["list"] or found["account"], found["account"])
        return At("unknown", "")

    def perform(self, call: Call, at: At, base: str) -> Any:
        own, now = self.own, self.clock.now()
        if at.kind == "token":
            return self.tokens_issued.exchange(call.body, own, now)
        if at.kind == "unknown":
            raise missing()
        scope = AD_WORDS if at.ads else DATA_MANAGER
        self.tokens_issued.authorise(call.headers.get("authorization", ""), self.settings.token, scope, now)
        self.check_project(call.headers.get("x-goog-user-project"))
        if at.ads:
            return ads.perform(self, call)
        self.check_quota(at.kind)
        self.settle()
        if at.kind in VERBS.values():
            return self.take(call, at)
        if at.kind == "status":
            return self.status(call.query.get("requestId", call.query.get("request_id", "")), now)
        self.check_account(at.account, login_of(call.headers.get("login-account")))
        return resources.manage(self, call, at.kind, at.account, at.node)

    def check_project(self, project: str | None) -> None:
        """The project that pays: must be one of the caller's, and must be named where the settings say so."""
        own = self.own
        if project not in own.projects and (project or own.needs_project):
            raise no_project(project or "764086051850")

    def check_quota(self, kind: str) -> None:
        own = self.own
        name = QUOTAS.get(kind, "ManagementRead" if kind in ("list", "read") else "ManagementMutate")
        for unit, seconds, most in (("Minute", MINUTE, own.minute), ("Day", 24 * 3600, own.day)):
            if self.count(f"{name}{unit}", seconds) > most:
                raise exhausted(f"{name}RequestsPer{unit}PerProject", most)

    def count(self, bucket: str, seconds: float) -> int:
        """One more call of this kind in this stretch of time; how many there are now."""
        window = bucket, int(self.clock.now() // seconds)
        self.asked[window] += 1
        return self.asked[window]

    def check_account(self, account: str, login: str | None) -> None:
        """Raises `Problem` 403 for an account that the caller does not reach this way."""
        own, manager = self.own, self.own.managed.get(account)
        if account not in own.accounts or (manager is not None and login != manager):
            raise denied()
        if login not in (None, account, manager):
            raise denied()

    def settle(self) -> None:
        """What is due by now takes effect."""
        process([each for group in self.uploads.values() for each in group], self.lists, self.clock.now())

    def take(self, call: Call, at: At) -> dict[str, Any]:
        """Accepts a change of members whole, or refuses it whole."""
        body = {"add": shapes.INGEST, "remove": shapes.REMOVE, "clear": shapes.REMOVE_ALL}[at.kind](call.body, "")
        if violations := list(rules.of_destinations(body.get("destinations", ()))):
            raise wrong(*violations)
        for each in body["destinations"]:
            self.check_account(each["operatingAccount"]["accountId"], each.get("loginAccount", {}).get("accountId"))
        if violations := [*self.of_lists(body), *self.of_members(body, at.kind)]:
            raise wrong(*self.named(violations))
        made = str(uuid.uuid4())
        if not body.get("validateOnly"):
            self.uploads[made] = [self.upload(made, at.kind, body, each) for each in body["destinations"]]
            self.settle()
        return {"requestId": made, **(WARNING if self.own.warns and at.kind == "add" else {})}

    def of_members(self, body: Mapping[str, Any], kind: str) -> Iterable[Violation]:
        if kind != "clear":
            yield from rules.of_request(body, terms=kind == "add")
            yield from rules.ordered(body, self.own.refused)
        elif body.get("removeAsOfTime", 0.0) > self.clock.now():
            text = "The remove as of time must be in the past or present."
            yield Violation("remove_as_of_time", "INVALID_REMOVE_AS_OF_TIME", text)

    def of_lists(self, body: Mapping[str, Any]) -> Iterable[Violation]:
        """Every destination must be a list of its account that takes this kind of data."""
        wanted = {rules.KEY_TYPES[kind] for each in body.get("audienceMembers", ()) if (kind := rules.data_of(each))}
        for at, each in enumerate(body["destinations"]):
            path, found = f"destinations[{at}].product_destination_id", self.lists.get(each["productDestinationId"])
            if found is None or found.account != each["operatingAccount"]["accountId"]:
                yield Violation(path, "INVALID_USER_LIST_ID", "User list is not valid.")
            elif wanted - {found.key_type}:
                text = "Type of the user list is not applicable for this request."
                yield Violation(path, "INVALID_USER_LIST_TYPE", text)

    def named(self, violations: Sequence[Violation]) -> list[Violation]:
        """Of the violations those that are told, and how their places are spelt."""
        own = self.own
        rows = [each for each in violations if each.field.startswith("audience_members[")]
        kept = [*(each for each in violations if each not in rows), *rows[: own.violations]]
        if not own.doubled_paths:
            return kept
        return [Violation(each.field.replace("audience_members[", "audience_members.audience_members["), each.reason,
                          each.description) for each in kept]  # fmt: skip

    def upload(self, made: str, verb: Any, body: Mapping[str, Any], to: Mapping[str, Any]) -> Upload:
        own, now, found = self.own, self.clock.now(), self.lists[to["productDestinationId"]]
        members = [
            each
            for each in body.get("audienceMembers", ())
            if to.get("reference") in each.get("destinationReferences", (to.get("reference"),))
        ]
        rows = [row(own, each, body, verb) for each in members]
        wait = own.add_seconds if verb == "add" else own.remove_seconds
        data = next((kind for each in members if (kind := rules.data_of(each))), "userData")
        return Upload(
            made, found.id, verb, rows, now, now + wait, data, body.get("removeAsOfTime"), found.outcome(), to
        )

    def status(self, asked: str, now: float) -> dict[str, Any]:
        found = self.uploads.get(asked)
        if not found:
            raise wrong(Violation("request_id", "INVALID_REQUEST_ID", "The request ID is not valid."))
        if now - found[0].received > STATUS_DAYS * 24 * 3600:
            text = "Request status is only available for approximately 50 days after the API receives a request."
            raise wrong(Violation("request_id", "REQUEST_TOO_OLD", text))
        return {"requestStatusPerDestination": [block(each) for each in found]}

    # -- what the sandbox asks of every part ---------------------------------------------------------------------

    def success(self, value: Any, trace: str) -> Any:
        return value

    def unreadable(self, refusal: Refusal) -> Refusal:
        return unreadable()

    def echo(self, at: At, trace: str) -> Mapping[str, str]:
        return {"Vary": "Origin, X-Origin, Referer"}

    def ordered(self, answer: str, reply: Reply, at: At) -> Reply:
        """Each API says the same thing in its own words."""
        same = SAME.get(answer) if at.ads else None
        return same().reply("ordered") if same else reply

    def rows(self, call: Call) -> Sequence[Any]:
        names = ("operations",) if call.path.endswith(":addOperations") else ("audienceMembers", "audience_members")
        rows = next((call.body[name] for name in names if name in call.body), None)
        return rows if isinstance(rows, list) else ()

    def cells(self, row: Any) -> Iterable[Any]:
        return rules.cells(row)

    def holds(self, audience: str) -> bool:
        return audience in self.lists

    def tokens(self, audience: str) -> set[str]:
        self.settle()
        return self.lists[audience].members.tokens()

    def entries(self, audience: str) -> list[Entry]:
        self.settle()
        return [Entry(tokens) for tokens in self.lists[audience].members.entries]

    def summary(self) -> list[Summary]:
        self.settle()
        return [
            Summary(each.id, each.name, each.account, len(each.members), kinds(each.members.tokens()))
            for each in self.lists.values()
        ]

    def enter_audience(self, name: str, *, id: str, account: str | None) -> str:
        members = Members(self.settings.members)
        made = UserList(id or new_id(), account or self.own.accounts[0], name, "CONTACT_ID", members)
        self.lists[made.id] = made
        return made.id

    def mark(self, audience: str, **marks: Any) -> None:
        self.lists[audience].mark(marks)


def row(own: GoogleSettings, member: Mapping[str, Any], body: Mapping[str, Any], verb: str) -> Row:
    """A member as its list will have it, and why it will not, if so."""
    late = next((own.late[each] for each in rules.cells(member) if each in own.late), None) if own.late else None
    return Row(
        rules.tokens(member, body.get("encoding", "HEX")),
        late or (unconsented(own, member, body) if verb == "add" else None),
    )


def unconsented(own: GoogleSettings, member: Mapping[str, Any], body: Mapping[str, Any]) -> str | None:
    """Why a row cannot be used, for want of consent: a row's own word goes before the request's."""
    given = {**body.get("consent", {}), **member.get("consent", {})}
    said = {given.get(name, "CONSENT_STATUS_UNSPECIFIED") for name in ("adUserData", "adPersonalization")}
    if "CONSENT_DENIED" in said:
        return "PROCESSING_ERROR_REASON_DENIED_CONSENT"
    if own.unconsented == "refused" and said != {"CONSENT_GRANTED"}:
        return "PROCESSING_ERROR_REASON_NO_CONSENT"
    return None


WARNING: Mapping[str, Any] = {
    "fieldWarnings": [
        {"reason": "WARNING_REASON_GENERIC", "description": "A field was ignored.", "field": "audience_members[0]"}
    ]
}


def kinds(tokens: Iterable[str]) -> dict[str, int]:
    """How many tokens there are of each kind."""
    return dict(Counter(token.partition(":")[0] for token in sorted(tokens)))


def node_of(body: Mapping[str, Any]) -> str:
    """The list that a body's first destination names, as far as it can be read."""
    given = body.get("destinations")
    first = given[0] if isinstance(given, list) and given else None
    return str(first.get("productDestinationId", "")) if isinstance(first, dict) else ""


def login_of(header: str | None) -> str | None:
    """The account in a `login-account` header: `accountTypes/GOOGLE_ADS/accounts/ID`. Raises `Problem`."""
    if header is None:
        return None
    found = re.fullmatch(r"accountTypes/GOOGLE_ADS/accounts/(\d+)", header)
    if found is None:
        raise wrong(Violation("login-account", "INVALID_RESOURCE_NAME", "The resource name is invalid."))
    return found[1]
