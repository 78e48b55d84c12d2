"""An ad account's audiences: listed, found by name, made, read.

developers.facebook.com, Custom Audience (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from warehouse_sync.errors import ConfigError, Rejected, Unavailable
from warehouse_sync.http import Verdict
from warehouse_sync.model import Audience, AudienceSpec

from .facebook_account import VALUE, Facebook
from .facebook_errors import FLAGGED
from .facebook_settings import AudienceSettings

LIST_PAGE = 20
"""Audiences asked for at once; Facebook advises small pages."""
NOT_A_LIST = "the audience is not a customer list; choose or create one that is"
FIXED_TYPE = "the type of an audience cannot be changed"
WITH_VALUE = f"{VALUE} is mapped and needs a value-based audience, which this is not; {FIXED_TYPE}"
WITHOUT_VALUE = f"the audience is value-based and needs {VALUE}, which is not mapped; {FIXED_TYPE}"
FACTS = (
    "id,name,subtype,is_value_based,operation_status,delivery_status,data_source,"
    "approximate_count_lower_bound,approximate_count_upper_bound"
)


def audiences(facebook: Facebook) -> Iterator[Audience]:
    """Every custom audience of the account, in Facebook's order."""
    return (_audience(node) for node in _pages(facebook, FACTS))


def find(facebook: Facebook, name: str) -> Sequence[Audience]:
    """The audiences of exactly this name that can take members."""
    nodes = _pages(facebook, "id,name,subtype")
    return [_audience(node) for node in nodes if node.get("name") == name and _is_list(node)]


def _is_list(node: Mapping[str, Any]) -> bool:
    """Whether it is a customer list, the only kind with members of ours; also where Facebook is silent."""
    return bool(node.get("subtype", "CUSTOM") == "CUSTOM")


def _pages(facebook: Facebook, fields: str) -> Iterator[Mapping[str, Any]]:
    limit, after, seen = LIST_PAGE, "", set[str]()
    while True:
        try:
            body = _page(facebook, fields, limit, after)
        except Rejected as error:
            if error.code != "too_much_data" or limit == 1:
                raise
            limit //= 2
            continue
        yield from body["data"]
        after = _next_cursor(body)
        if not after:
            return
        if after in seen:
            words = "facebook: the list of audiences repeats itself"
            raise Unavailable(words, connector="facebook", code="endless_list")
        seen.add(after)


def _page(facebook: Facebook, fields: str, limit: int, after: str) -> Mapping[str, Any]:
    query = {"fields": fields, "limit": str(limit), **({"after": after} if after else {})}
    address = f"{facebook.account}/customaudiences"
    reply = facebook.http.call("GET", address, name="list audiences", query=query, examine=_expects_list)
    body: Mapping[str, Any] = reply.body
    return body


def _expects_list(body: Any) -> Verdict | None:
    data = body.get("data")
    fine = isinstance(data, list) and all(isinstance(node, dict) and "id" in node for node in data)
    return None if fine else incomplete("the list of audiences")


def _next_cursor(body: Mapping[str, Any]) -> str:
    """The cursor of the next page. The last page has cursors too, but no `next`."""
    paging = body.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    return str(cursors.get("after") or "") if isinstance(cursors, dict) else ""


def incomplete(what: str) -> Verdict:
    return Verdict("retry", "unexpected_answer", f"the answer lacks {what}", certain=False)


def _audience(node: Mapping[str, Any]) -> Audience:
    facts = {name: value for name, value in node.items() if name not in ("id", "name")}
    return Audience(str(node["id"]), str(node.get("name", "")), facts)


def create(facebook: Facebook, spec: AudienceSpec) -> Audience:
    """A new audience, value-based when a lookalike value is mapped.

    An answer that got lost is not followed by a second creation: the audience is looked for by its name
    instead.
    """
    if not spec.name:
        raise ConfigError("an audience to be created needs a name", key="audience.name")
    try:
        reply = facebook.http.call(
            "POST",
            f"{facebook.account}/customaudiences",
            name="create audience",
            json=_new_audience(facebook, spec),
            examine=lambda body: None if body.get("id") else incomplete("the new audience's id"),
            repeat=False,
        )
    except Unavailable as error:
        found = () if error.certain else find(facebook, spec.name)
        if len(found) != 1:
            raise
        return found[0]
    return Audience(str(reply.body["id"]), spec.name)


def _new_audience(facebook: Facebook, spec: AudienceSpec) -> dict[str, Any]:
    wanted = AudienceSettings.model_validate(dict(spec.settings))
    return {
        "name": spec.name,
        "description": wanted.description,
        "subtype": "CUSTOM",
        "customer_file_source": wanted.customer_file_source,
        **({"is_value_based": True} if facebook.value_based else {}),
        **({"retention_days": wanted.retention_days} if wanted.retention_days else {}),
    }


def read(facebook: Facebook, audience: str, examine: Callable[[Any], Verdict | None] | None = None) -> Audience:
    """The audience as Facebook describes it. Raises `Denied` where it is missing."""
    query = {"fields": FACTS}
    reply = facebook.http.call("GET", path(audience), name="read audience", query=query, examine=examine)
    return _audience({"id": audience, **reply.body})


def open_audience(facebook: Facebook, audience: str) -> Audience:
    """The audience, ready to take members; waits while it is being updated.

    Raises `Denied` where it is missing, flagged, of another kind, or value-based when no lookalike value is
    mapped (or the other way round: the type of an audience cannot be changed).
    """
    return read(facebook, audience, lambda node: _obstacle(node, value_based=facebook.value_based))


def _obstacle(node: Mapping[str, Any], *, value_based: bool) -> Verdict | None:
    status = status_code(node)
    if status == 471:
        return Verdict("denied", "audience_flagged", f"the audience is flagged; {FLAGGED}")
    if status in (300, 414):
        return Verdict("busy", "audience_busy", "the audience is being updated or replaced")
    if not _is_list(node):
        return Verdict("denied", "audience_type", NOT_A_LIST)
    if bool(node.get("is_value_based")) is value_based or "is_value_based" not in node:
        return None
    return Verdict("denied", "audience_type", WITH_VALUE if value_based else WITHOUT_VALUE)


def status_code(node: Mapping[str, Any]) -> int | None:
    """The code of `operation_status`: 200 normal, 300 and 414 updating, 471 flagged, and others."""
    status = node.get("operation_status")
    code = status.get("code") if isinstance(status, dict) else None
    return code if isinstance(code, int) else None


def path(audience: str) -> str:
    """The audience's id as a path; whatever it is made of, it stays one segment."""
    return quote(audience, safe="")
