"""User lists as resources of the Data Manager API: made, listed, read, changed and deleted.

Rules: developers.google.com/data-manager/api, UserListService; UserList, ListUserListsRequest and ErrorReason in
google-ads-datamanager 0.9.4; Google Ads Help on membership durations (read 2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from .google_lists import DAY, MOST_DAYS, Members, UserList, new_id
from .google_replies import Violation, missing, wrong
from .google_shapes import USER_LIST
from .settings import Settings
from .wire import Call

INFOS = {"CONTACT_ID": "contactIdInfo", "MOBILE_ID": "mobileIdInfo", "USER_ID": "userIdInfo"}
CONDITION = re.compile(r'\s*([A-Za-z_.]+)\s*(!=|=|:)\s*(?:"((?:[^"\\]|\\.)*)"|([\w-]+))\s*')
MEMBER = re.compile(r"\s*IN\(\s*([A-Za-z_.]+)\s*,(.*)\)\s*")
CHANGEABLE = {
    "displayName": "name",
    "description": "description",
    "membershipStatus": "status",
    "membershipDuration": "days",
    "integrationCode": "",
}
APP_IDS = {"IOS": re.compile(r"\d+"), "ANDROID": re.compile(r"[A-Za-z]\w*(\.\w+)+")}


class Holder(Protocol):
    """What has the lists."""

    settings: Settings
    lists: dict[str, UserList]


def manage(holder: Holder, call: Call, kind: str, account: str, node: str) -> Any:
    """One call of the service. Raises `Problem`."""
    actions: Mapping[str, Callable[[], Any]] = {
        "list": lambda: page(holder, call, account),
        "create": lambda: create(holder, call, account),
        "read": lambda: of(holder, account, node).described(),
        "update": lambda: update(holder, call, of(holder, account, node)),
        "delete": lambda: delete(holder, call, of(holder, account, node)),
    }
    return actions[kind]()


def of(holder: Holder, account: str, node: str) -> UserList:
    found = holder.lists.get(node)
    if found is None or found.account != account:
        raise missing()
    return found


def create(holder: Holder, call: Call, account: str) -> dict[str, Any]:
    body = USER_LIST(call.body, "user_list")
    if violations := list(of_new(holder, body, account)):
        raise wrong(*violations)
    info = body["ingestedUserListInfo"]
    made = UserList(new_id(), account, body["displayName"], info["uploadKeyTypes"][0], Members(holder.settings.members))
    made.description, made.status = body.get("description", ""), body.get("membershipStatus", "OPEN")
    made.days = int(body.get("membershipDuration", MOST_DAYS * DAY) // DAY)
    made.mobile = {name: info["mobileIdInfo"][name] for name in ("keySpace", "appId")} if "mobileIdInfo" in info else {}
    if call.query.get("validateOnly") != "true":
        holder.lists[made.id] = made
    return made.described()


def of_new(holder: Holder, body: Mapping[str, Any], account: str) -> Iterator[Violation]:
    """What is wrong with a list that is to be made."""
    yield from of_name(holder, body.get("displayName", ""), account)
    yield from of_duration(body.get("membershipDuration"))
    path, info = "user_list.ingested_user_list_info", body.get("ingestedUserListInfo", {})
    keys = info.get("uploadKeyTypes", ())
    if not keys:
        yield Violation(f"{path}.upload_key_types", "REQUIRED_FIELD_MISSING", "Required field is missing.")
    elif len(keys) > 1 or keys[0] not in INFOS:
        text = "The user list upload key types are not supported."
        yield Violation(f"{path}.upload_key_types", "UNSUPPORTED_USER_LIST_UPLOAD_KEY_TYPES", text)
    elif set(info) - {"uploadKeyTypes", INFOS[keys[0]]}:
        text = "The ingested user list info config is not supported."
        yield Violation(path, "UNSUPPORTED_INGESTED_USER_LIST_INFO_CONFIG", text)
    elif keys[0] == "MOBILE_ID":
        yield from of_app(info.get("mobileIdInfo", {}), f"{path}.mobile_id_info")


def of_name(holder: Holder, name: str, account: str, own: str = "") -> Iterator[Violation]:
    path = "user_list.display_name"
    if not name.strip():
        yield Violation(path, "REQUIRED_FIELD_MISSING", "Required field is missing.")
    if any(each.name == name and each.account == account and each.id != own for each in holder.lists.values()):
        text = "The display name is already being used for another user list for the account."
        yield Violation(path, "DISPLAY_NAME_ALREADY_USED", text)


def of_duration(seconds: float | None) -> Iterator[Violation]:
    path = "user_list.membership_duration"
    if seconds is not None and (seconds % DAY or seconds < 0):
        yield Violation(path, "INVALID_ARGUMENT", "Valid durations are exact multiples of 24 hours.")
    elif seconds is not None and seconds > MOST_DAYS * DAY:
        yield Violation(path, "MEMBERSHIP_DURATION_TOO_LONG", "The user list membership duration is too long.")


def of_app(info: Mapping[str, Any], path: str) -> Iterator[Violation]:
    """Lists of devices belong to an app: both its key space and its id are needed."""
    space, app = info.get("keySpace", "KEY_SPACE_UNSPECIFIED"), info.get("appId", "")
    if space == "KEY_SPACE_UNSPECIFIED":
        yield Violation(f"{path}.key_space", "REQUIRED_FIELD_MISSING", "Required field is missing.")
    if not app:
        yield Violation(f"{path}.app_id", "REQUIRED_FIELD_MISSING", "Required field is missing.")
    elif space in APP_IDS and not APP_IDS[space].fullmatch(app):
        yield Violation(f"{path}.app_id", "INVALID_FORMAT", "Format is invalid.")


def update(holder: Holder, call: Call, found: UserList) -> dict[str, Any]:
    body = USER_LIST(call.body, "user_list")
    given = call.query.get("updateMask", call.query.get("update_mask", ""))
    names = [re.sub(r"_([a-z])", lambda at: at[1].upper(), each) for each in given.split(",") if each] or [
        name for name in body if name != "name"
    ]
    check_update(found, names)
    values = {name: body.get(name, "") for name in names}
    wrongs = [*of_duration(values.get("membershipDuration"))]
    if "displayName" in values:
        wrongs += of_name(holder, values["displayName"], found.account, found.id)
    if wrongs:
        raise wrong(*wrongs)
    for name, value in values.items():
        if CHANGEABLE[name]:
            setattr(found, CHANGEABLE[name], int(value // DAY) if name == "membershipDuration" else value)
    return found.described()


def check_update(found: UserList, names: list[str]) -> None:
    if found.read_only:
        text = "Ownership is required to modify the user list."
        raise wrong(Violation("user_list.name", "OWNERSHIP_REQUIRED_FOR_UPDATE", text))
    if any(name.startswith(("ingestedUserListInfo", "id")) for name in names):
        text = "Attempted to set an immutable field for an update request."
        raise wrong(Violation("update_mask", "IMMUTABLE_FIELD_FOR_UPDATE", text))
    if set(names) - set(CHANGEABLE):
        raise wrong(Violation("update_mask", "INVALID_UPDATE_MASK", "The update mask is invalid."))


def delete(holder: Holder, call: Call, found: UserList) -> dict[str, Any]:
    if found.read_only:
        text = "Ownership is required to modify the user list."
        raise wrong(Violation("name", "OWNERSHIP_REQUIRED_FOR_UPDATE", text))
    if call.query.get("validateOnly") != "true":
        del holder.lists[found.id]
    return {}


def page(holder: Holder, call: Call, account: str) -> dict[str, Any]:
    """One page; the token of the next is where it begins. A size above 1,000 counts as 1,000."""
    size, token = call.query.get("pageSize", "0"), call.query.get("pageToken", "0")
    if not token.isdecimal():
        raise wrong(Violation("page_token", "INVALID_PAGE_TOKEN", "The page token is invalid."))
    if not size.isdecimal():
        raise wrong(Violation("page_size", "INVALID_NUMBER_FORMAT", "Invalid number format."))
    found = [each for each in holder.lists.values() if each.account == account]
    found = [each for each in found if all(fits(each) for fits in conditions(call.query.get("filter", "")))]
    start, most = int(token), min(int(size) or 50, 1000)
    more = {"nextPageToken": str(start + most)} if start + most < len(found) else {}
    return {"userLists": [each.described() for each in found[start : start + most]], **more}


def conditions(text: str) -> list[Callable[[UserList], bool]]:
    """A filter as tests of a list: comparisons and IN(…), joined by AND. Raises `Problem` for another."""
    return [condition(each) for each in re.split(r'\sAND\s(?=(?:[^"]*"[^"]*")*[^"]*$)', text) if each.strip()]


def condition(text: str) -> Callable[[UserList], bool]:
    if several := MEMBER.fullmatch(text):
        one, wanted = several[1], {each.strip().strip('"') for each in several[2].split(",")}
        return lambda each: bool(wanted & values(each, one))
    found = CONDITION.fullmatch(text)
    if found is None:
        raise bad_filter()
    name, how, quoted, bare = found.groups()
    value = bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
    values(UserList("", "", "", "CONTACT_ID", Members("none")), name)
    return lambda each: (value in values(each, name)) is (how != "!=")


def values(of: UserList, name: str) -> set[str]:
    known = {
        "id": of.id,
        "displayname": of.name,
        "description": of.description,
        "membershipstatus": of.status,
        "integrationcode": "",
        "accessreason": "SHARED" if of.read_only else "OWNED",
        "ingesteduserlistinfo.uploadkeytypes": of.key_type,
    }
    plain = name.replace("_", "").lower()
    if plain not in known:
        raise bad_filter()
    return {known[plain]}


def bad_filter() -> Exception:
    return wrong(Violation("filter", "INVALID_FILTER", "The query filter is invalid."))
