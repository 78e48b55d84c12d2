"""Ad accounts and their audiences: made, described, listed.

Rules: developers.facebook.com, Custom Audience reference, read 2026-11.
"""

from __future__ import annotations

import base64
import binascii
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from .members import Members
from .replies import Refusal, missing
from .sessions import Session

SOURCES = ("USER_PROVIDED_ONLY", "PARTNER_PROVIDED_ONLY", "BOTH_USER_AND_PARTNER_PROVIDED")
STATUS_TEXT = {200: "Normal", 414: "Replace in progress", 415: "Replace failed", 471: "Flagged"}
NORMAL, REPLACING, REPLACE_FAILED, FLAGGED = 200, 414, 415, 471
EDITABLE = ("name", "description", "customer_file_source", "retention_days", "audience_labels")


@dataclass
class Account:
    """An ad account; `externs` says when each external id was last sent in it."""

    id: str
    externs: dict[str, float] = field(default_factory=dict)


@dataclass
class Audience:
    """A custom audience. `marks` are the tests' own: `foreign_source`, `has_lookalikes`."""

    id: str
    account: Account
    name: str
    members: Members
    created: float
    description: str = ""
    customer_file_source: str = SOURCES[0]
    is_value_based: bool = False
    retention_days: int | None = None
    audience_labels: Any = None
    status: int = NORMAL
    changed: float = 0.0
    foreign_source: bool = False
    has_lookalikes: bool = False
    sessions: dict[int, Session] = field(default_factory=dict)
    replacing: Session | None = None
    incoming: Members | None = None


def new_id() -> str:
    """Ids have 17 or 18 digits, more than a float can hold."""
    return str(random.randrange(2 * 10**16, 10**18))  # noqa: S311 - a name


def check_name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Refusal(100, "param name must be non-empty")
    return value


def check_source(value: Any) -> str:
    if value not in SOURCES:
        raise Refusal(100, f"param customer_file_source must be one of {{{', '.join(SOURCES)}}}")
    return str(value)


def check_retention(value: Any) -> int | None:
    if value in (None, ""):
        return None
    if not str(value).isdecimal() or not 1 <= int(value) <= 180:
        raise Refusal(100, "param retention_days must be from 1 to 180")
    return int(value)


def edit(audience: Audience, parameters: Mapping[str, Any]) -> None:
    """Applies the parameters of an edit. Raises `Refusal` for one that cannot change."""
    if "is_value_based" in parameters or "subtype" in parameters:
        raise Refusal(100, "The type of an audience cannot change")
    checks: dict[str, Callable[[Any], Any]] = {
        "name": check_name,
        "customer_file_source": check_source,
        "retention_days": check_retention,
    }
    for name in EDITABLE:
        if name in parameters:
            setattr(audience, name, checks.get(name, lambda value: value)(parameters[name]))


def coded(code: int, text: str) -> dict[str, Any]:
    return {"code": code, "description": text}


def bounds(count: int) -> tuple[int, int]:
    """Sizes are told roughly, and never below a thousand."""
    return max(1000, count // 100 * 100), max(1000, count + count // 5)


def deliverable(audience: Audience) -> dict[str, Any]:
    if audience.status == FLAGGED:
        return coded(400, "This audience cannot be used.")
    usable = len(audience.members) >= 100
    return coded(200, "This audience is ready for use.") if usable else coded(300, "This audience is too small.")


FIELDS: Mapping[str, Callable[[Audience], Any]] = {
    "id": lambda it: it.id,
    "account_id": lambda it: it.account.id.removeprefix("act_"),
    "name": lambda it: it.name,
    "description": lambda it: it.description,
    "subtype": lambda _: "CUSTOM",
    "customer_file_source": lambda it: it.customer_file_source,
    "is_value_based": lambda it: it.is_value_based,
    "retention_days": lambda it: it.retention_days,
    "audience_labels": lambda it: it.audience_labels,
    "operation_status": lambda it: coded(it.status, STATUS_TEXT.get(it.status, "")),
    "delivery_status": deliverable,
    "approximate_count_lower_bound": lambda it: bounds(len(it.members))[0],
    "approximate_count_upper_bound": lambda it: bounds(len(it.members))[1],
    "data_source": lambda _: {"type": "FILE_IMPORTED", "sub_type": "ANYTHING", "creation_params": "[]"},
    "permission_for_actions": lambda _: {"can_edit": True, "can_see_insight": True, "can_share": True},
    "time_created": lambda it: int(it.created),
    "time_updated": lambda it: int(it.changed or it.created),
    "time_content_updated": lambda it: int(it.changed or it.created),
    "external_event_source": lambda _: None,
    "lookalike_audience_ids": lambda _: None,
    "lookalike_spec": lambda _: None,
    "opt_out_link": lambda _: None,
    "rule": lambda _: None,
    "sharing_status": lambda _: None,
}


def asked(fields: Any) -> list[str]:
    """The names in a `fields` parameter; what stands in braces after one is passed over."""
    text = ",".join(fields) if isinstance(fields, list) else str(fields or "")
    names = [name.strip() for name in re.sub(r"\{[^{}]*\}", "", text).split(",") if name.strip()]
    if any(name not in FIELDS for name in names):
        raise Refusal(100, "Tried accessing nonexistent field on node type (CustomAudience)")
    return ["id", *(name for name in dict.fromkeys(names) if name != "id")]


def node(audience: Audience, fields: Sequence[str]) -> dict[str, Any]:
    """An audience as read: a field without a value is left out."""
    found = {name: FIELDS[name](audience) for name in fields}
    return {name: value for name, value in found.items() if value is not None}


def wanted(audiences: Sequence[Audience], filtering: Any) -> list[Audience]:
    """Those that pass the `filtering` parameter."""
    if filtering in (None, ""):
        return list(audiences)
    if not isinstance(filtering, list) or not all(isinstance(rule, dict) for rule in filtering):
        raise Refusal(100, "param filtering must be a list of objects")
    return [each for each in audiences if all(passes(each, rule) for rule in filtering)]


def passes(audience: Audience, rule: Mapping[str, Any]) -> bool:
    name, operator, value = str(rule.get("field")), rule.get("operator"), rule.get("value")
    if name not in FIELDS:
        raise Refusal(100, "param filtering names an unknown field")
    found = FIELDS[name](audience)
    operators: dict[Any, Callable[[], bool]] = {
        "EQUAL": lambda: bool(found == value),
        "NOT_EQUAL": lambda: bool(found != value),
        "CONTAIN": lambda: str(value).lower() in str(found).lower(),
        "NOT_CONTAIN": lambda: str(value).lower() not in str(found).lower(),
        "STARTS_WITH": lambda: str(found).lower().startswith(str(value).lower()),
        "IN": lambda: isinstance(value, list) and found in value,
    }
    if operator not in operators:
        raise Refusal(100, "param filtering has an unknown operator")
    return operators[operator]()


def cursor(audience: Audience) -> str:
    return base64.urlsafe_b64encode(audience.id.encode()).decode()


def after(audiences: Sequence[Audience], mark: Any) -> list[Audience]:
    """What follows a cursor."""
    if not mark:
        return list(audiences)
    try:
        last = base64.urlsafe_b64decode(str(mark)).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Refusal(100, "Invalid cursors values") from None
    places = [at for at, each in enumerate(audiences) if each.id == last]
    if not places:
        raise Refusal(100, "Invalid cursors values")
    return list(audiences[places[0] + 1 :])


def page(audiences: Sequence[Audience], parameters: Mapping[str, Any], most: int, url: str) -> dict[str, Any]:
    """One page of a list: cursors whenever it has rows, `next` only where more follow."""
    limit = int(parameters["limit"]) if str(parameters.get("limit", "")).isdecimal() else 25
    if limit > most:
        raise Refusal(1, "Please reduce the amount of data you're asking for, then retry your request", status=500)
    fields, rest = asked(parameters.get("fields")), after(audiences, parameters.get("after"))
    shown = rest[: max(1, limit)]
    found: dict[str, Any] = {"data": [node(each, fields) for each in shown]}
    if shown:
        found["paging"] = {"cursors": {"before": cursor(shown[0]), "after": cursor(shown[-1])}}
    if len(rest) > len(shown):
        kept = {name: value for name, value in parameters.items() if name != "after"}
        found["paging"]["next"] = f"{url}?{urlencode({**kept, 'after': cursor(shown[-1])})}"
    return found


def find(audiences: Mapping[str, Audience], name: str) -> Audience:
    if name not in audiences:
        raise missing()
    return audiences[name]
