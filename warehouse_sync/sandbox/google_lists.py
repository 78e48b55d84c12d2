"""Google's customer lists: who is in one and since when, and requests that were accepted and take effect later.

Rules: developers.google.com/data-manager/api, Diagnostics, Remove all members (read 2026-11-22). What a removal does to
a person who was added with several identifiers is not documented: `Settings.members` chooses a reading.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Literal

from .settings import Kind

DAY = 86_400.0
MOST_DAYS = 540
EDITABLE = ("name", "key_type", "days", "status", "closing_reason", "outcomes", "read_only", "size")

Outcome = Literal["SUCCESS", "FAILED", "PARTIAL_SUCCESS", "PROCESSING", "REQUEST_STATUS_UNKNOWN"]


@dataclass
class Members:
    """Entries of identifier tokens, each with the time it was last added, the oldest first.

    `kind` is that of the sandbox's settings.
    """

    kind: Kind
    entries: dict[frozenset[str], float] = field(default_factory=dict)
    index: defaultdict[str, set[frozenset[str]]] = field(default_factory=lambda: defaultdict(set))

    def __len__(self) -> int:
        return len(self.entries)

    def tokens(self) -> set[str]:
        return {token for token, holders in self.index.items() if holders}

    def add(self, tokens: frozenset[str], now: float) -> None:
        if self.kind == "none":
            return
        for entry in (tokens,) if self.kind == "entries" else map(frozenset, zip(tokens, strict=True)):
            self.entries.pop(entry, None)
            self.entries[entry] = now
            for token in entry:
                self.index[token].add(entry)

    def drop(self, entries: Iterable[frozenset[str]]) -> None:
        for entry in list(entries):
            del self.entries[entry]
            for token in entry:
                self.index[token].discard(entry)

    def remove(self, tokens: frozenset[str]) -> None:
        """Every entry that has one of these tokens goes."""
        self.drop({entry for token in tokens for entry in self.index.get(token, ())})

    def forget(self, before: float) -> None:
        """Every entry last added before this time goes."""
        self.drop([entry for entry, _ in takewhile(lambda pair: pair[1] < before, self.entries.items())])


@dataclass
class UserList:
    """One list. `outcomes` are what the next requests to it will come to, one after the other; `status`, `size` and
    `closing_reason` are what a test sets them to.
    """

    id: str
    account: str
    name: str
    key_type: str
    members: Members
    description: str = ""
    days: int = MOST_DAYS
    mobile: Mapping[str, Any] = field(default_factory=dict)
    status: str = "OPEN"
    closing_reason: str | None = None
    read_only: bool = False
    outcomes: Sequence[Outcome] = ()
    size: int | None = None

    @property
    def resource(self) -> str:
        return f"accountTypes/GOOGLE_ADS/accounts/{self.account}/userLists/{self.id}"

    def mark(self, marks: Mapping[str, Any]) -> None:
        for name, value in marks.items():
            if name not in EDITABLE:
                raise ValueError(f"an audience has no mark {name!r}")
            setattr(self, name, value)

    def outcome(self) -> Outcome | None:
        """What the next request is to come to, where that was ordered."""
        if not self.outcomes:
            return None
        first, *self.outcomes = self.outcomes
        return first

    def described(self) -> dict[str, Any]:
        """The resource as the Data Manager API shows it."""
        size = str(len(self.members) if self.size is None else self.size)
        infos = {"CONTACT_ID": "contactIdInfo", "MOBILE_ID": "mobileIdInfo", "USER_ID": "userIdInfo"}
        source = {"dataSourceType": "DATA_SOURCE_TYPE_FIRST_PARTY", **self.mobile}
        return {
            "name": self.resource,
            "id": self.id,
            "readOnly": self.read_only,
            "displayName": self.name,
            **({"description": self.description} if self.description else {}),
            "membershipStatus": self.status,
            "membershipDuration": f"{int(self.days * DAY)}s",
            **({"closingReason": self.closing_reason} if self.closing_reason else {}),
            "accessReason": "SHARED" if self.read_only else "OWNED",
            "sizeInfo": {"displayNetworkMembersCount": size, "searchNetworkMembersCount": size},
            "ingestedUserListInfo": {"uploadKeyTypes": [self.key_type], infos[self.key_type]: source},
        }


@dataclass(frozen=True)
class Row:
    """A member of a request: its tokens, and why it will not be processed, if so."""

    tokens: frozenset[str]
    error: str | None = None


@dataclass
class Upload:
    """An accepted request to one list. `due` is when it takes effect; `shown` is its destination as it came."""

    id: str
    list: str
    verb: Literal["add", "remove", "clear"]
    rows: Sequence[Row]
    received: float
    due: float
    data: str = "userData"
    before: float | None = None
    ordered: Outcome | None = None
    shown: Mapping[str, Any] = field(default_factory=dict)
    done: bool = False

    def errors(self) -> dict[str, int]:
        """How many rows fail, by reason."""
        found: defaultdict[str, int] = defaultdict(int)
        for row, at in zip(self.rows, range(len(self.rows)), strict=True):
            if reason := self.error_of(row, at):
                found[reason] += 1
        return dict(found)

    def error_of(self, row: Row, at: int) -> str | None:
        """An ordered partial success refuses every other row, beginning with the first."""
        internal = "PROCESSING_ERROR_REASON_INTERNAL_ERROR"
        if self.ordered == "FAILED" or (self.ordered == "PARTIAL_SUCCESS" and at % 2 == 0):
            return row.error or internal
        return row.error

    def apply(self, found: UserList) -> None:
        """Takes effect on its list, less the rows that fail."""
        members = found.members
        if self.verb == "clear":
            if self.ordered != "FAILED":
                members.forget(self.received if self.before is None else self.before)
            return
        for at, row in enumerate(self.rows):
            if self.error_of(row, at) is None:
                if self.verb == "add":
                    members.add(row.tokens, self.received)
                else:
                    members.remove(row.tokens)

    def status(self) -> Outcome:
        if self.ordered in ("PROCESSING", "REQUEST_STATUS_UNKNOWN") or not self.done:
            return self.ordered if self.ordered == "REQUEST_STATUS_UNKNOWN" else "PROCESSING"
        failed = sum(self.errors().values())
        if self.ordered == "FAILED" or (failed and failed == len(self.rows)):
            return "FAILED"
        return "PARTIAL_SUCCESS" if failed else "SUCCESS"


def process(uploads: Iterable[Upload], lists: Mapping[str, UserList], now: float) -> None:
    """What is due takes effect, in the order of its time: an addition may overtake a removal sent before it."""
    waiting = [each for each in uploads if not each.done and each.due <= now and each.ordered != "PROCESSING"]
    for upload in sorted(waiting, key=lambda each: each.due):
        upload.done = True
        if (found := lists.get(upload.list)) is not None:
            upload.apply(found)
    for each in lists.values():
        each.members.forget(now - each.days * DAY)


def new_id() -> str:
    return str(random.randrange(10**9, 10**10))  # noqa: S311 - a name
