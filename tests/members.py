"""A tiny destination for the engine's tests: a set-like platform with two identifiers, in this process.

`Members` is the platform; `connector(members)` speaks to it. Its faults are what a platform can do to us: refuse a row,
refuse a removal, lose a request, lose an answer. With `later` it only accepts, and `decide` works on what it accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from warehouse_sync.connectors import Connector
from warehouse_sync.errors import Rejected, Unavailable
from warehouse_sync.field_table import Field
from warehouse_sync.model import Action, Answer, Audience, AudienceSpec, Later, PlanRow, Receipt
from warehouse_sync.normalize import as_is, is_email, lower

IDENTIFIERS = ("EMAIL", "PHONE")
LINK = "https://example.com/members"


class Nothing(BaseModel):
    """A block without settings."""


def _field(name: str, role: Literal["identifier", "context"], **facts: Any) -> Field:
    return Field(name, name, role, name, {"plain": facts.pop("normalise", as_is)}, LINK, "2026-11", **facts)


FIELDS = (
    _field("EMAIL", "identifier", normalise=lower, check=is_email),
    _field("PHONE", "identifier"),
    _field("CITY", "context"),
)

Fault = Literal["lost request", "lost answer", "refused"]


@dataclass
class Members:
    """The platform. Kind `tokens`: a set of identifiers; `entries`: a remove drops every entry sharing one."""

    kind: Literal["tokens", "entries"] = "entries"
    entries: set[frozenset[tuple[str, str]]] = field(default_factory=set)
    audiences: list[Audience] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    fault: Callable[[Action], Fault | None] = lambda _action: None
    requests: list[tuple[str, tuple[Mapping[str, Any], ...]]] = field(default_factory=list)
    later: bool = False
    anew: Literal["no", "clear", "replace"] = "no"
    """The platform's own way to begin a list anew."""
    accepted: dict[str, tuple[Action, list[frozenset[tuple[str, str]]]]] = field(default_factory=dict)
    verdicts: dict[str, Later] = field(default_factory=dict)

    @property
    def tokens(self) -> set[tuple[str, str]]:
        return {token for entry in self.entries for token in entry}

    def send(self, action: Action, rows: Sequence[PlanRow]) -> Receipt:
        self.requests.append((action, tuple(row.tokens for row in rows)))
        fault = self.fault(action)
        if fault == "lost request":
            raise Unavailable("no answer", code="no_answer", certain=False)
        if fault == "refused":
            raise Rejected("refused", code="refused", whole=True)
        if action != "remove" and any(value in self.refused for row in rows for value in row.tokens.values()):
            raise Rejected("one of the rows is bad", code="bad_row")
        entries = [_identifiers(row.tokens) for row in rows]
        if self.later and fault is None:
            reference = f"r{len(self.requests)}"
            self.accepted[reference] = action, entries
            return Receipt(202, accepted=True, reference=reference)
        for entry in entries:
            self.apply(action, entry)
        if fault == "lost answer":
            raise Unavailable("no answer", code="no_answer", certain=False)
        return Receipt(200, request_id="r")

    def clear(self) -> Receipt:
        """Empty the list at once."""
        fault = self._began("clear")
        self.entries.clear()
        if fault == "lost answer":
            raise Unavailable("no answer", code="no_answer", certain=False)
        return Receipt(200, request_id="c")

    def replace(self, rows: Sequence[PlanRow]) -> Receipt:
        """Make these rows the whole list at once."""
        fault = self._began("replace", rows)
        if any(value in self.refused for row in rows for value in row.tokens.values()):
            raise Rejected("one of the rows is bad", code="bad_row")
        self.entries = {_identifiers(row.tokens) for row in rows}
        if fault == "lost answer":
            raise Unavailable("no answer", code="no_answer", certain=False)
        return Receipt(200, request_id="r")

    def _began(self, what: Literal["clear", "replace"], rows: Sequence[PlanRow] = ()) -> Fault | None:
        self.requests.append((what, tuple(row.tokens for row in rows)))
        fault = self.fault("add")
        if fault == "lost request":
            raise Unavailable("no answer", code="no_answer", certain=False)
        if fault == "refused":
            raise Rejected("refused", code="refused", whole=True)
        return fault

    def decide(self, reference: str, status: Answer) -> None:
        """Work on a request that was only accepted; `partial` and `in_doubt` apply its first half."""
        action, entries = self.accepted.pop(reference)
        done = {"succeeded": len(entries), "failed": 0}.get(status, len(entries) // 2)
        for entry in entries[:done]:
            self.apply(action, entry)
        self.verdicts[reference] = Later(status, None if status == "succeeded" else f"{status}_later")

    def poll(self, reference: str) -> Later:
        return self.verdicts.get(reference, Later("pending"))

    def apply(self, action: Action, entry: frozenset[tuple[str, str]]) -> None:
        if action != "remove":
            self.entries.add(entry)
        elif self.kind == "entries":
            self.entries = {each for each in self.entries if not each & entry}
        else:
            self.entries = {each - entry for each in self.entries} - {frozenset()}

    def find(self, name: str) -> list[Audience]:
        return [each for each in self.audiences if each.name == name]

    def create(self, spec: AudienceSpec) -> Audience:
        made = Audience(str(len(self.audiences) + 1), spec.name or "")
        self.audiences.append(made)
        return made


def _identifiers(tokens: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    own = frozenset((name, value) for name, value in tokens.items() if name in IDENTIFIERS)
    return own or frozenset(tokens.items())


def _no_checks(_api: Any, _spec: AudienceSpec) -> Iterator[Any]:
    return iter(())


def connector(members: Members, rows: int = 3) -> Connector:
    """The connector that speaks to this platform, with small pages so that there are several."""
    return Connector(
        name="members",
        label="Members",
        destination=Nothing,
        audience=Nothing,
        options=Nothing,
        fields=FIELDS,
        profiles=("plain",),
        rows=rows,
        account=lambda _settings: "1",
        validate=lambda _sync: None,
        connect=lambda _sync, _ports: members,
        check=_no_checks,
        list=lambda api: iter(api.audiences),
        find=lambda api, name: api.find(name),
        create=lambda api, spec: api.create(spec),
        send=lambda api, _audience, action, rows_: api.send(action, rows_),
        preview=lambda _api, _audience, action, _rows: {"action": action},
        poll=(lambda api, _audience, reference: api.poll(reference)) if members.later else None,
        clear=(lambda api, _audience: api.clear()) if members.anew == "clear" else None,
        replace=(lambda api, _audience, rows_: api.replace(rows_)) if members.anew == "replace" else None,
    )
