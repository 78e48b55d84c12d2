"""User lists in the Google Ads API, and the two resources that can be asked for in its query language.

Rules: developers.google.com/google-ads/api, Query language grammar, UserListService (read 2026-11-22). Only what asks
for lists and jobs is understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from . import google_ads_shapes as shapes
from .google_ads_replies import AdsProblem, Mistake, Place, list_error, request_error
from .google_lists import MOST_DAYS, Members, UserList, new_id
from .google_resources import APP_IDS
from .wire import Call

if TYPE_CHECKING:
    from .google_ads import Holder, Job

QUERY = re.compile(
    r"\s*SELECT\s+(?P<fields>[\w.,\s]+?)\s+FROM\s+(?P<of>\w+)(?:\s+WHERE\s+(?P<where>.+?))?(?:\s+LIMIT\s+\d+)?\s*",
    re.DOTALL,
)
CONDITION = re.compile(
    r"\s*([a-z_.]+)\s*(!=|=|IN)\s*('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\([^)]*\)|[\w.]+)\s*(?:AND\s|$)", re.DOTALL
)
LITERAL = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|([\w.]+)")
KEYS = {"CONTACT_ID": "CONTACT_INFO", "USER_ID": "CRM_ID", "MOBILE_ID": "MOBILE_ADVERTISING_ID"}
OURS = {theirs: ours for ours, theirs in KEYS.items()}


def described(found: UserList) -> dict[str, Any]:
    """The resource as this API shows it: 64-bit numbers are texts."""
    size = str(len(found.members) if found.size is None else found.size)
    app = {"appId": found.mobile["appId"]} if found.mobile else {}
    return {
        "resourceName": f"customers/{found.account}/userLists/{found.id}",
        "id": found.id,
        "name": found.name,
        "description": found.description,
        "readOnly": found.read_only,
        "membershipStatus": found.status,
        "membershipLifeSpan": str(found.days),
        "type": "CRM_BASED",
        "accessReason": "SHARED" if found.read_only else "OWNED",
        "sizeForDisplay": size,
        "sizeForSearch": size,
        **({"closingReason": found.closing_reason} if found.closing_reason else {}),
        "crmBasedUserList": {"uploadKeyType": KEYS[found.key_type], "dataSourceType": "FIRST_PARTY", **app},
    }


def shown(job: Job) -> dict[str, Any]:
    status = job.status()
    rate = {"matchRateRange": "MATCH_RANGE_51_TO_60"} if status in ("SUCCESS", "FAILED") else {}
    return {
        "resourceName": job.resource,
        "id": job.id,
        "type": "CUSTOMER_MATCH_USER_LIST",
        "status": status,
        "customerMatchUserListMetadata": {"userList": f"customers/{job.account}/userLists/{job.target}"},
        **({"failureReason": "UNKNOWN"} if status == "FAILED" else {}),
        "operationMetadata": rate,
    }


def search(holder: Holder, call: Call, account: str) -> dict[str, Any]:
    """One page of answers to a query; its size is fixed."""
    body = shapes.SEARCH(call.body, "")
    if "pageSize" in body:
        raise AdsProblem(400, request_error("PAGE_SIZE_NOT_SUPPORTED", ("page_size", None)))
    found = QUERY.fullmatch(body.get("query", ""))
    if found is None or found["of"] not in ("offline_user_data_job", "user_list"):
        raise AdsProblem(400, Mistake("queryError", "UNEXPECTED_INPUT"))
    rows = of_lists(holder, account) if found["of"] == "user_list" else of_jobs(holder, account)
    name, wanted = camel(found["of"]), [each.strip() for each in found["fields"].split(",")]
    if any(not each.startswith(f"{found['of']}.") for each in wanted):
        raise AdsProblem(400, Mistake("queryError", "UNRECOGNIZED_FIELD"))
    kept = [row for row in rows if fits(row, found["where"], found["of"])]
    start = int(body.get("pageToken", "0") or 0)
    more = {"nextPageToken": str(start + holder.own.ads_page)} if start + holder.own.ads_page < len(kept) else {}
    page = kept[start : start + holder.own.ads_page]
    results = [{name: selected(row, wanted)} for row in page]
    return {"results": results, "fieldMask": ",".join(wanted), **more} if results else {"fieldMask": ",".join(wanted)}


def of_lists(holder: Holder, account: str) -> list[dict[str, Any]]:
    return [described(each) for each in holder.lists.values() if each.account == account]


def of_jobs(holder: Holder, account: str) -> list[dict[str, Any]]:
    return [shown(each) for each in holder.jobs.values() if each.account == account]


def camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda at: at[1].upper(), name)


def value_at(row: Mapping[str, Any], field: str) -> Any:
    """The value of a field such as `user_list.crm_based_user_list.upload_key_type`; the resource is the row."""
    value: Any = row
    for part in field.split(".")[1:]:
        value = value.get(camel(part)) if isinstance(value, Mapping) else None
    return value


def selected(row: Mapping[str, Any], fields: list[str]) -> dict[str, Any]:
    """A row with the fields asked for, and its resource name, which always comes."""
    made: dict[str, Any] = {"resourceName": row["resourceName"]}
    for each in fields:
        value = value_at(row, each)
        if value is None:
            continue
        inner = made
        *way, last = (camel(part) for part in each.split(".")[1:])
        for part in way:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return made


def fits(row: Mapping[str, Any], where: str | None, of: str) -> bool:
    """Whether a row meets every condition; a text in quotes has its backslashes undone."""
    rest = where or ""
    while rest:
        found = CONDITION.match(rest)
        if found is None or not found[1].startswith(f"{of}."):
            raise AdsProblem(400, Mistake("queryError", "BAD_OPERATOR"))
        literals = {re.sub(r"\\(.)", r"\1", "".join(parts)) for parts in LITERAL.findall(found[3])}
        if (str(value_at(row, found[1])) in literals) is (found[2] == "!="):
            return False
        rest = rest[found.end() :]
    return True


def mutate(holder: Holder, call: Call, account: str) -> dict[str, Any]:
    """Makes, changes and removes lists; one mistake refuses all."""
    body = shapes.MUTATE_LISTS(call.body, "")
    results: list[dict[str, str]] = []
    if not body.get("operations"):
        raise AdsProblem(400, request_error("REQUIRED_FIELD_MISSING", ("operations", None)))
    for at, each in enumerate(body["operations"]):
        here: Place = ("operations", at)
        make = each.get("create")
        made = create(holder, make, account, here) if make is not None else named(holder, each, account, here)
        results.append({"resourceName": f"customers/{account}/userLists/{made.id}"})
    return {"results": results}


def named(holder: Holder, operation: Mapping[str, Any], account: str, here: Place) -> UserList:
    """The list that is changed or removed."""
    resource = operation.get("remove") or operation.get("update", {}).get("resourceName", "")
    found = re.fullmatch(rf"customers/{account}/userLists/(\d+)", resource)
    if found is None or found[1] not in holder.lists or holder.lists[found[1]].account != account:
        raise AdsProblem(404, request_error("RESOURCE_NOT_FOUND", here))
    target = holder.lists[found[1]]
    if target.read_only:
        raise AdsProblem(400, list_error("OWNERSHIP_REQUIRED_FOR_SET", here))
    if "remove" in operation:
        return holder.lists.pop(target.id)
    given = operation["update"]
    target.name = given.get("name", target.name)
    target.description = given.get("description", target.description)
    target.status = given.get("membershipStatus", target.status)
    target.days = given.get("membershipLifeSpan", target.days)
    return target


def create(holder: Holder, given: Mapping[str, Any], account: str, here: Place) -> UserList:
    if mistakes := list(of_new(holder, given, account, here)):
        raise AdsProblem(400, *mistakes)
    crm = given["crmBasedUserList"]
    key = OURS[crm["uploadKeyType"]]
    made = UserList(new_id(), account, given["name"], key, Members(holder.settings.members))
    made.description, made.status = given.get("description", ""), given.get("membershipStatus", "OPEN")
    made.days = given.get("membershipLifeSpan", MOST_DAYS)
    if "appId" in crm:
        made.mobile = {"keySpace": "IOS" if crm["appId"].isdecimal() else "ANDROID", "appId": crm["appId"]}
    holder.lists[made.id] = made
    return made


def of_new(holder: Holder, given: Mapping[str, Any], account: str, here: Place) -> Iterator[Mistake]:
    """What is wrong with a list that is to be made."""
    at: tuple[Place, ...] = (here, ("create", None))
    name, crm = given.get("name", ""), given.get("crmBasedUserList", {})
    if not name.strip():
        yield list_error("INVALID_NAME", *at, ("name", None))
    if any(each.name == name and each.account == account for each in holder.lists.values()):
        yield list_error("NAME_ALREADY_USED", *at, ("name", None))
    days = given.get("membershipLifeSpan", MOST_DAYS)
    if not 0 <= days <= MOST_DAYS:
        code = "TOO_HIGH" if days > 0 else "TOO_LOW"
        yield Mistake("rangeError", code, at=(*at, ("membership_life_span", None)))
    key, app = crm.get("uploadKeyType"), crm.get("appId", "")
    inner: tuple[Place, ...] = (*at, ("crm_based_user_list", None))
    if key not in OURS:
        yield request_error("REQUIRED_FIELD_MISSING", *inner, ("upload_key_type", None))
    elif key == "MOBILE_ADVERTISING_ID" and not app:
        yield list_error("APP_ID_NOT_SET", *inner, ("app_id", None))
    elif key != "MOBILE_ADVERTISING_ID" and app:
        yield list_error("APP_ID_NOT_ALLOWED", *inner, ("app_id", None))
    elif app and not any(form.fullmatch(app) for form in APP_IDS.values()):
        yield request_error("BAD_RESOURCE_ID", *inner, ("app_id", None))
