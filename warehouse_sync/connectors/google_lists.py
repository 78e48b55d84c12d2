"""An account's Customer Match lists by the Data Manager API: listed, found, made, read, deleted.

developers.google.com/data-manager/api, userLists (read 2026-11-22). A list has one type of members for ever. The
manager account, where there is one, is named by a header.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from warehouse_sync.errors import ConfigError, Unavailable
from warehouse_sync.http import Verdict
from warehouse_sync.model import Audience, AudienceSpec

from .google_errors import ACCESS, TYPES, incomplete
from .google_session import Google
from .google_settings import AudienceSettings, ListType

LIST_PAGE = 1000
"""Lists asked for at once, the most there can be."""
MOST_PAGES = 1000
DAY = 86_400
UPLOADED: Mapping[ListType, str] = {
    "CONTACT_INFO": "CONTACT_ID",
    "CRM_ID": "USER_ID",
    "MOBILE_ADVERTISING_ID": "MOBILE_ID",
}
"""The API's words for the types of a list."""

log = logging.getLogger(__name__)


def headers(google: Google) -> dict[str, str]:
    """The manager account by which the account is reached."""
    manager = google.settings.login_customer_id
    return {"login-account": f"accountTypes/GOOGLE_ADS/accounts/{manager}"} if manager else {}


def path_of(google: Google, audience: str = "") -> str:
    """The address of the account's lists, or of one."""
    lists = f"v1/accountTypes/GOOGLE_ADS/accounts/{google.settings.customer_id}/userLists"
    return f"{lists}/{audience}" if audience else lists


def audiences(google: Google) -> Iterator[Audience]:
    """Every list of the account that takes uploaded members, in Google's order."""
    return (_audience(node) for node in _nodes(google, {}) if "ingestedUserListInfo" in node)


def find(google: Google, name: str) -> Sequence[Audience]:
    """The lists of exactly this name; of any type, since no two of an account may share a name."""
    asked = {"filter": f"display_name = {json.dumps(name, ensure_ascii=False)}"}
    return [_audience(node) for node in _nodes(google, asked) if node.get("displayName") == name]


def _nodes(google: Google, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    token = ""
    for _ in range(MOST_PAGES):
        asked = {**query, "pageSize": str(LIST_PAGE), **({"pageToken": token} if token else {})}
        reply = google.http.call(
            "GET", path_of(google), name="list audiences", query=asked, headers=headers(google), examine=_expects_lists
        )
        yield from reply.body.get("userLists", ())
        token = str(reply.body.get("nextPageToken") or "")
        if not token:
            return
    raise Unavailable("google: the list of audiences does not end", connector="google", code="endless_list")


def _expects_lists(body: Any) -> Verdict | None:
    """An account without lists answers with an empty object."""
    found = body.get("userLists", [])
    fine = isinstance(found, list) and all(isinstance(node, dict) and "id" in node for node in found)
    return None if fine else incomplete("the lists")


def _audience(node: Mapping[str, Any]) -> Audience:
    facts = {name: value for name, value in node.items() if name not in ("id", "displayName")}
    return Audience(str(node["id"]), str(node.get("displayName", "")), facts)


def create(google: Google, spec: AudienceSpec) -> Audience:
    """A new list.

    An answer that got lost is not followed by a second creation: the list is looked for by its name instead.
    """
    if not spec.name:
        raise ConfigError("an audience to be created needs a name", key="audience.name")
    try:
        reply = google.http.call(
            "POST",
            path_of(google),
            name="create audience",
            json=new_list(google.audience, spec.name),
            headers=headers(google),
            examine=_expects_id,
            repeat=False,
        )
    except Unavailable as error:
        found = () if error.certain else find(google, spec.name)
        if len(found) != 1:
            raise
        return found[0]
    return _audience({"displayName": spec.name, **reply.body})


def new_list(settings: AudienceSettings, name: str) -> dict[str, Any]:
    """What a new list is made of."""
    kind = UPLOADED[settings.list_type]
    source = {"dataSourceType": "DATA_SOURCE_TYPE_FIRST_PARTY"}
    info: Mapping[str, dict[str, Any]] = {
        "CONTACT_ID": {"contactIdInfo": source},
        "USER_ID": {"userIdInfo": source},
        "MOBILE_ID": {"mobileIdInfo": {"keySpace": settings.space(), "appId": settings.app_id, **source}},
    }
    return {
        "displayName": name,
        "description": settings.description,
        "membershipStatus": "OPEN",
        "membershipDuration": f"{settings.membership_duration * DAY}s",
        "ingestedUserListInfo": {"uploadKeyTypes": [kind], **info[kind]},
    }


def _expects_id(body: Any) -> Verdict | None:
    return None if str(body.get("id") or "").isdecimal() else incomplete("the new list's id")


def delete(google: Google, audience: str) -> None:
    """Delete a list. Raises `Denied` where it is missing or takes no uploaded members."""
    read(google, audience)
    google.http.call("DELETE", path_of(google, audience), name="delete audience", headers=headers(google))


def read(google: Google, audience: str, *, usable: bool = False) -> Audience:
    """The list as Google describes it. Raises `Denied` where it is missing, of another kind, or not `usable`."""

    def examine(body: Any) -> Verdict | None:
        return _expects_id(body) or obstacle(google, body, usable=usable)

    reply = google.http.call(
        "GET", path_of(google, audience), name="read audience", headers=headers(google), examine=examine
    )
    return _audience(reply.body)


def open_audience(google: Google, audience: str) -> Audience:
    """The list, ready to take members. Raises `Denied` where it is missing, of another type, closed or not ours."""
    found = read(google, audience, usable=True)
    warn_of_duration(google, found)
    return found


def warn_of_duration(google: Google, audience: Audience) -> None:
    """Members that the list forgets sooner than we think are not sent again in time."""
    days = membership_days(audience)
    if days is not None and days < google.audience.membership_duration:
        log.warning("google: members of the list stay %d days; set audience: membership_duration to that", days)


def membership_days(audience: Audience) -> int | None:
    """Days a member of the list stays; None where Google does not say."""
    told = str(audience.facts.get("membershipDuration") or "").removesuffix("s").partition(".")[0]
    return int(told) // DAY if told.isdigit() else None


def upload_types(facts: Mapping[str, Any]) -> Sequence[str]:
    """The kinds of members a list takes."""
    info = facts.get("ingestedUserListInfo")
    found = info.get("uploadKeyTypes") if isinstance(info, dict) else None
    return [str(each) for each in found] if isinstance(found, list) else []


def obstacle(google: Google, node: Mapping[str, Any], *, usable: bool) -> Verdict | None:
    """Why a list that Google describes so takes no members of ours, or is not `usable` now; None where it does."""
    kinds = upload_types(node)
    if not kinds:
        return Verdict(
            "denied", "not_customer_match", "the list takes no uploaded members: it is not of Customer Match"
        )
    if not usable:
        return None
    if kinds != [UPLOADED[google.audience.list_type]]:
        return Verdict("denied", "list_type", f"the list is of the type {', '.join(_named(kinds))}; {TYPES}")
    if node.get("readOnly") is True or node.get("accessReason") not in (None, "OWNED", "ACCESS_REASON_UNSPECIFIED"):
        return Verdict("denied", "not_ours", f"the list takes no changes from this account; {ACCESS}")
    if node.get("membershipStatus") == "CLOSED":
        return Verdict("denied", "list_closed", f"the list is closed and takes no members; {REOPEN}")
    return None


REOPEN = "open it in Google Ads, Tools, Audience manager; Google closes lists that no campaign used for long"


def _named(kinds: Sequence[str]) -> list[str]:
    """The types by the words of our settings."""
    ours = {theirs: name for name, theirs in UPLOADED.items()}
    return [str(ours.get(kind, "another kind")) for kind in kinds]
