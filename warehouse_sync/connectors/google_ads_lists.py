"""An account's Customer Match lists by the Google Ads API: listed, found, made, read, deleted.

developers.google.com/google-ads/api, UserListService, Query language (read 2026-11-22). A list is described here in the
words of the Data Manager API, so that what looks at one need not know by which API it was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from warehouse_sync.errors import ConfigError, Denied, Unavailable
from warehouse_sync.http import Verdict
from warehouse_sync.model import Audience, AudienceSpec

from .google_errors import BY_REASON, incomplete
from .google_lists import DAY, MOST_PAGES, UPLOADED, obstacle
from .google_session import Google
from .google_settings import AudienceSettings

FIELDS = ", ".join(
    f"user_list.{name}"
    for name in (
        "id",
        "name",
        "description",
        "type",
        "membership_status",
        "membership_life_span",
        "access_reason",
        "read_only",
        "closing_reason",
        "size_for_display",
        "size_for_search",
        "crm_based_user_list.upload_key_type",
    )
)
SAME = ("description", "readOnly", "membershipStatus", "accessReason", "closingReason")
"""What both APIs call the same."""


def path_of(google: Google, what: str) -> str:
    """The address of something of the account's."""
    return f"{google.settings.ads_version}/customers/{google.settings.customer_id}/{what}"


def resource(google: Google, audience: str) -> str:
    """The name of a list, as this API has it."""
    return f"customers/{google.settings.customer_id}/userLists/{audience}"


def quoted(value: str) -> str:
    """A text as the query language wants it."""
    return "'" + re.sub(r"(['\\])", r"\\\1", value) + "'"


def search(google: Google, query: str, what: str, name: str) -> Iterator[Mapping[str, Any]]:
    """Every row that a query finds: its part called `what`."""

    def examine(body: Any) -> Verdict | None:
        found = body.get("results", [])
        fine = isinstance(found, list) and all(
            isinstance(row, dict) and isinstance(row.get(what), dict) for row in found
        )
        return None if fine else incomplete("the rows that were asked for")

    token = ""
    for _ in range(MOST_PAGES):
        asked = {"query": query, **({"pageToken": token} if token else {})}
        reply = google.http.call("POST", path_of(google, "googleAds:search"), name=name, json=asked, examine=examine)
        yield from (row[what] for row in reply.body.get("results", ()))
        token = str(reply.body.get("nextPageToken") or "")
        if not token:
            return
    raise Unavailable(f"google: the answers to {name} do not end", connector="google", code="endless_list")


def _nodes(google: Google, where: str, name: str = "list audiences") -> Iterator[Audience]:
    found = search(google, f"SELECT {FIELDS} FROM user_list WHERE {where}", "userList", name)
    return (_audience(node) for node in found)


def _audience(node: Mapping[str, Any]) -> Audience:
    """A list in the words of the Data Manager API."""
    facts: dict[str, Any] = {name: node[name] for name in SAME if name in node}
    if str(node.get("membershipLifeSpan", "")).isdigit():
        facts["membershipDuration"] = f"{int(node['membershipLifeSpan']) * DAY}s"
    crm = node.get("crmBasedUserList")
    if isinstance(crm, dict) and node.get("type", "CRM_BASED") == "CRM_BASED":
        key, theirs = str(crm.get("uploadKeyType")), {str(ours): theirs for ours, theirs in UPLOADED.items()}
        facts["ingestedUserListInfo"] = {"uploadKeyTypes": [theirs.get(key, key)]}
    sizes = {"sizeForDisplay": "displayNetworkMembersCount", "sizeForSearch": "searchNetworkMembersCount"}
    facts["sizeInfo"] = {theirs: node[ours] for ours, theirs in sizes.items() if ours in node}
    return Audience(str(node.get("id", "")), str(node.get("name", "")), facts)


def audiences(google: Google) -> Iterator[Audience]:
    """Every list of the account that takes uploaded members, in Google's order."""
    return _nodes(google, "user_list.type = 'CRM_BASED'")


def find(google: Google, name: str) -> Sequence[Audience]:
    """The lists of exactly this name; of any type, since no two of an account may share a name."""
    return [each for each in _nodes(google, f"user_list.name = {quoted(name)}") if each.name == name]


def read(google: Google, audience: str, *, usable: bool = False) -> Audience:
    """The list as Google describes it. Raises `Denied` where it is missing, of another kind, or not `usable`."""
    if not audience.isdecimal():
        raise missing()
    found = next(_nodes(google, f"user_list.id = {audience}", "read audience"), None)
    if found is None:
        raise missing()
    trouble = obstacle(google, found.facts, usable=usable)
    if trouble is not None:
        raise Denied(f"google: {trouble.reason}", connector="google", code=trouble.code)
    return found


def missing() -> Denied:
    known = BY_REASON["INVALID_USER_LIST_ID"]
    return Denied(f"google: {known.words}; {known.remedy}", connector="google", code=known.name)


def create(google: Google, spec: AudienceSpec) -> Audience:
    """A new list.

    An answer that got lost is not followed by a second creation: the list is looked for by its name instead.
    """
    if not spec.name:
        raise ConfigError("an audience to be created needs a name", key="audience.name")
    asked = {"operations": [{"create": new_list(google.audience, spec.name)}]}
    try:
        reply = google.http.call(
            "POST",
            path_of(google, "userLists:mutate"),
            name="create audience",
            json=asked,
            examine=_expects_name,
            repeat=False,
        )
    except Unavailable as error:
        found = () if error.certain else find(google, spec.name)
        if len(found) != 1:
            raise
        return found[0]
    return Audience(str(reply.body["results"][0]["resourceName"]).rpartition("/")[2], spec.name)


def new_list(settings: AudienceSettings, name: str) -> dict[str, Any]:
    """What a new list is made of."""
    app = {"appId": settings.app_id} if settings.app_id else {}
    return {
        "name": name,
        "description": settings.description,
        "membershipStatus": "OPEN",
        "membershipLifeSpan": str(settings.membership_duration),
        "crmBasedUserList": {"uploadKeyType": settings.list_type, "dataSourceType": "FIRST_PARTY", **app},
    }


def _expects_name(body: Any) -> Verdict | None:
    found = body.get("results")
    first = found[0] if isinstance(found, list) and found else None
    name = str(first.get("resourceName")) if isinstance(first, dict) else ""
    return None if re.fullmatch(r"customers/\d+/userLists/\d+", name) else incomplete("the new list's name")


def delete(google: Google, audience: str) -> None:
    """Delete a list. Raises `Denied` where it is missing or takes no uploaded members."""
    read(google, audience)
    asked = {"operations": [{"remove": resource(google, audience)}]}
    google.http.call("POST", path_of(google, "userLists:mutate"), name="delete audience", json=asked)
