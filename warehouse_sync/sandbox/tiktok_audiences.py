"""TikTok's audiences and who is in them: ids by type, as the streaming API changes them.

Rules: TikTok API for Business, Audience: Create/Delete an audience segment, Add/Delete audience segment mappings, Get
all audiences (read 2026-11-22). Written apart from the connector on purpose: this is its judge.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .tiktok_replies import EDIT, Problem, wrong

DAY = 86_400
TYPES: Mapping[str, int] = {
    "IDFA_MD5": 32,
    "AAID_MD5": 32,
    "IDFA_SHA256": 64,
    "AAID_SHA256": 64,
    "EMAIL_SHA256": 64,
    "PHONE_SHA256": 64,
}
"""The types of ids the streaming API takes, and how many hex digits each has."""
HEX = {digits: re.compile(f"[0-9a-fA-F]{{{digits}}}").fullmatch for digits in set(TYPES.values())}
OF_NOTHING = {"d41d8cd98f00b204e9800998ecf8427e", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
"""MD5 and SHA-256 of the empty text: nobody's id."""
LONGEST_NAME = 70
EDITABLE = ("name", "audience_type", "is_valid", "is_expiring", "expired_at", "busy", "covers")


@dataclass
class TikTokAudience:
    """One audience. `busy`: it is being processed. `covers` is its size where a test sets it."""

    id: str
    advertiser: str
    name: str
    created: float
    audience_type: str = "Partner"
    calculate_type: str | None = None
    members: dict[str, set[str]] = field(default_factory=dict)
    changed: float = 0.0
    is_valid: bool = True
    is_expiring: bool = False
    expired_at: float | None = None
    busy: bool = False
    covers: int | None = None

    def tokens(self) -> set[str]:
        return {f"{kind}:{each}" for kind, ids in self.members.items() for each in ids}

    def size(self) -> int:
        return sum(map(len, self.members.values()))

    def expires(self) -> float:
        return self.created + 365 * DAY if self.expired_at is None else self.expired_at

    def listed(self, now: float) -> dict[str, Any]:
        """A line of the list. The size shows a day later, and only from a thousand people up."""
        shown = self.size() if self.size() >= 1000 and now >= self.changed + DAY else 0
        return {
            "audience_id": self.id,
            "name": self.name,
            "audience_type": self.audience_type,
            "calculate_type": self.calculate_type,
            "cover_num": shown if self.covers is None else self.covers,
            "is_valid": self.is_valid,
            "is_expiring": self.is_expiring or 0 < self.expires() - now < 7 * DAY,
            "is_creator": True,
            "shared": False,
            "create_time": moment(self.created),
            "expired_time": moment(self.expires()),
        }

    def mark(self, marks: Mapping[str, Any]) -> None:
        for name, value in marks.items():
            if name not in EDITABLE:
                raise ValueError(f"an audience has no mark {name!r}")
            setattr(self, name, value)


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def new_id() -> str:
    """Ids have 19 digits, more than a float can hold."""
    return str(random.randrange(7 * 10**18, 8 * 10**18))  # noqa: S311 - a name


def shortened(name: Any) -> str:
    """The name an audience gets: of more than 70 characters the first 67 and three dots."""
    if not isinstance(name, str) or not name.strip():
        raise wrong("custom_audience_name: Missing data for required field.")
    return name if len(name) <= LONGEST_NAME else f"{name[:67]}..."


@dataclass(frozen=True)
class Change:
    """A membership change, checked: the ids per audience and type."""

    adds: bool
    ids: Mapping[tuple[str, str], Sequence[str]]


def check(
    body: Mapping[str, Any], find: Callable[[str], TikTokAudience | None], advertisers: Iterable[str], most: int
) -> Change:
    """Reads a request of /segment/mapping/. Raises `Problem` for the first thing that is wrong with it."""
    action = body.get("action", "add")
    if action not in ("add", "delete"):
        raise wrong("action: Not a valid choice.")
    owners = check_owners(body.get("advertiser_ids"), set(advertisers))
    schema = check_schema(body.get("id_schema"))
    rows = body.get("batch_data")
    if not isinstance(rows, list) or not rows:
        raise wrong("batch_data: Missing data for required field.")
    if len(rows) > most:
        raise Problem(40061, "Invalid batch size")
    ids: dict[tuple[str, str], list[str]] = {}
    known: dict[str, bool] = {}
    for row in rows:
        if not isinstance(row, list) or len(row) != len(schema) or not any(row):
            raise wrong("batch_data: the ids of a row must be those of id_schema, and one of them must be there")
        for kind, cell in zip(schema, row, strict=True):
            if cell == {}:
                continue
            for audience in check_cell(kind, cell):
                if audience not in known:
                    known[audience] = check_audience(find(audience), owners)
                ids.setdefault((audience, kind), []).append(cell["id"])
    return Change(action == "add", ids)


def check_owners(given: Any, known: set[str]) -> set[str]:
    if not isinstance(given, list) or not given or not all(isinstance(each, str) for each in given):
        raise wrong("advertiser_ids: Not a valid list of strings.")
    if not known.issuperset(given):
        raise Problem(40001, "No permission to operate the advertiser.")
    return set(given)


def check_schema(given: Any) -> list[str]:
    if not isinstance(given, list) or not given or not all(isinstance(each, str) for each in given):
        raise wrong("id_schema: Not a valid list.")
    schema = [each.upper() for each in given]
    if not set(schema) <= set(TYPES) or len(set(schema)) < len(schema):
        raise wrong("id_schema: Unknown or duplicate id type.")
    return schema


def check_cell(kind: str, cell: Any) -> Sequence[str]:
    """The audiences a cell names."""
    if not isinstance(cell, dict) or set(cell) != {"id", "audience_ids"}:
        raise wrong("batch_data: a cell has an id and audience_ids, or nothing")
    if not isinstance(cell["id"], str) or not HEX[TYPES[kind]](cell["id"]) or cell["id"] in OF_NOTHING:
        raise Problem(40062, "PII not hashed")
    audiences: Any = cell["audience_ids"]
    if not isinstance(audiences, list) or not audiences or not all(isinstance(each, str) for each in audiences):
        raise wrong("audience_ids: Not a valid list of strings.")
    return list(audiences)


def check_audience(found: TikTokAudience | None, owners: set[str]) -> bool:
    """Whether it takes members: a Partner audience of one of the advertisers, neither busy nor out of use."""
    if found is None or found.advertiser not in owners:
        raise Problem(40007, "The audience does not exist.")
    if not found.audience_type.lower().startswith("partner"):
        raise wrong("The audience was not made by the streaming API.")
    if found.busy:
        raise wrong("The audience is being processed, please try again later.")
    return True


def apply(change: Change, audiences: Mapping[str, TikTokAudience], now: float, *, keep: bool) -> None:
    """Adds to or takes from the audiences, all or nothing."""
    if any(audiences[audience].expires() <= now for audience, _ in change.ids):
        raise wrong(EDIT)
    for (audience, kind), ids in change.ids.items():
        audiences[audience].changed = now
        if not keep:
            continue
        members = audiences[audience].members.setdefault(kind, set())
        if change.adds:
            members.update(ids)
        else:
            members.difference_update(ids)
