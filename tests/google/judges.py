"""The judges of every request to Google: the official messages, read strictly, and what they let through.

`judge(kind, body)` for a body, `judge_all(requests)` for all that a sandbox was sent. google-ads and
google-ads-datamanager are imported where they are needed, one version's modules only: they are slow to import.

No module here may be called as one of the package `google` is: pytest puts the folder of tests before it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict, ParseError

from warehouse_sync.sandbox import Exchange

ADS = "v26"
PATHS: tuple[tuple[str, str, str], ...] = (
    ("ingest", "POST", r"/v1/audienceMembers:ingest"),
    ("remove", "POST", r"/v1/audienceMembers:remove"),
    ("remove_all", "POST", r"/v1/audienceMembers:removeAll"),
    ("create_list", "POST", r"/v1/accountTypes/GOOGLE_ADS/accounts/\d+/userLists"),
    ("create_list", "PATCH", r"/v1/accountTypes/GOOGLE_ADS/accounts/\d+/userLists/\d+"),
    ("create_job", "POST", rf"/{ADS}/customers/\d+/offlineUserDataJobs:create"),
    ("add_operations", "POST", rf"/{ADS}/customers/\d+/offlineUserDataJobs/\d+:addOperations"),
    ("run", "POST", rf"/{ADS}/customers/\d+/offlineUserDataJobs/\d+:run"),
    ("mutate_lists", "POST", rf"/{ADS}/customers/\d+/userLists:mutate"),
    ("search", "POST", rf"/{ADS}/customers/\d+/googleAds:search"),
)
BODILESS = (
    ("GET", r"/v1/requestStatus:retrieve"),
    ("GET", r"/v1/accountTypes/GOOGLE_ADS/accounts/\d+/userLists(/\d+)?"),
    ("DELETE", r"/v1/accountTypes/GOOGLE_ADS/accounts/\d+/userLists/\d+"),
    ("GET", rf"/{ADS}/customers:listAccessibleCustomers"),
)
HEX = re.compile(r"[0-9a-f]{64}")
DATA_KINDS = {"userData", "compositeData", "mobileData", "userIdData"}


@cache
def message_of(kind: str) -> Any:
    """The official message of a body, as the class of protocol buffers beneath the wrapper."""
    if kind in ("ingest", "remove", "remove_all", "create_list"):
        from google.ads.datamanager_v1 import types

        names = {
            "ingest": types.IngestAudienceMembersRequest,
            "remove": types.RemoveAudienceMembersRequest,
            "remove_all": types.RemoveAllAudienceMembersRequest,
            "create_list": types.UserList,
        }
        return names[kind].pb()
    from google.ads.googleads.v26.services.types import google_ads_service, user_list_service
    from google.ads.googleads.v26.services.types import offline_user_data_job_service as jobs

    names = {
        "create_job": jobs.CreateOfflineUserDataJobRequest,
        "add_operations": jobs.AddOfflineUserDataJobOperationsRequest,
        "run": jobs.RunOfflineUserDataJobRequest,
        "mutate_lists": user_list_service.MutateUserListsRequest,
        "search": google_ads_service.SearchGoogleAdsRequest,
    }
    return names[kind].pb()


def judge(kind: str, body: Mapping[str, Any]) -> None:
    """Fails where the official message does not take this body, or it is not what Google asks for."""
    assert list(complaints(kind, body)) == []


def judge_all(requests: Iterable[Exchange]) -> int:
    """Judges every request to Google, by its path; says how many bodies there were. A path unknown to us fails."""
    judged = 0
    for each in requests:
        if each.platform != "google" or each.path == "/token":
            continue
        kind = kind_of(each.method, each.path)
        assert not strangers(each.path) & set(each.headers), "a header of the other API"
        if kind is not None:
            judge(kind, each.body)
            judged += 1
    return judged


def strangers(path: str) -> set[str]:
    """Headers that a call must not have: each API names a manager in its own way, for members the first does inside."""
    if not path.startswith("/v1/"):
        return {"login-account"}
    return {"login-customer-id", "developer-token"} | ({"login-account"} if "audienceMembers" in path else set())


def kind_of(method: str, path: str) -> str | None:
    """Which body a request has; None for a request without one."""
    for kind, its_method, pattern in PATHS:
        if method == its_method and re.fullmatch(pattern, path):
            return kind
    known = any(method == its_method and re.fullmatch(pattern, path) for its_method, pattern in BODILESS)
    assert known, f"no such call: {method} {re.sub('[0-9]+', 'N', path)}"
    return None


def complaints(kind: str, body: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a body; no values are told."""
    of = message_of(kind)
    try:
        ParseDict(body, of())
    except ParseError as error:
        yield told(str(error))
        return
    yield from unusual(of.DESCRIPTOR, body, kind)
    yield from RULES[kind](body)


def told(error: str) -> str:
    """An error of the parser, less its values."""
    if found := re.search(r'no field named "(\w{1,60})"', error):
        return f"there is no field {found[1]}"
    return "two of a kind" if "should not have multiple" in error else "does not parse"


def unusual(of: Descriptor, given: Mapping[str, Any], path: str) -> Iterator[str]:
    """What the parser takes and we do not send: other spellings, nulls, numbers for names, numbers for texts."""
    fields: Mapping[str, FieldDescriptor] = {each.json_name: each for each in of.fields}
    for name, value in given.items():
        where = f"{path}.{name}"
        if name not in fields:
            yield f"{where} is not in camel case"
            continue
        for each in value if fields[name].is_repeated and isinstance(value, list) else [value]:
            yield from unusual_value(fields[name], each, where)


def unusual_value(field: FieldDescriptor, value: Any, where: str) -> Iterator[str]:
    if value is None:
        yield f"{where} is null"
    elif field.enum_type is not None:
        named = field.enum_type.values_by_name.get(value) if isinstance(value, str) else None
        if named is None or named.number == 0 or named.name == "UNKNOWN":
            yield f"{where} is not a value by its name"
    elif field.message_type is not None and isinstance(value, Mapping):
        yield from unusual(field.message_type, value, where)
    elif field.type in (FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_UINT64) and not isinstance(value, str):
        yield f"{where} is a 64-bit number and no text"
    elif value == "":
        yield f"{where} is empty"


def of_destinations(body: Mapping[str, Any]) -> Iterator[str]:
    given = body.get("destinations", [])
    if not 1 <= len(given) <= 10:
        yield "destinations: 1 to 10"
    for each in given:
        accounts = [each.get("operatingAccount"), *([each["loginAccount"]] if "loginAccount" in each else [])]
        if any(not one or one.get("accountType") != "GOOGLE_ADS" for one in accounts):
            yield "an account without its type"
        elif not all(re.fullmatch(r"\d{10}", one.get("accountId", "")) for one in accounts):
            yield "an account id is ten digits"
        if not re.fullmatch(r"\d+", each.get("productDestinationId", "")):
            yield "a list is named by its digits"


def of_members(body: Mapping[str, Any]) -> Iterator[str]:
    yield from of_destinations(body)
    members = body.get("audienceMembers", [])
    kinds = {name for each in members for name in each if name in DATA_KINDS}
    if not 1 <= len(members) <= 10_000:
        yield "1 to 10,000 members"
    if len(kinds) != 1 or any(not DATA_KINDS & set(each) for each in members):
        yield "one kind of data"
    if kinds & {"userData", "compositeData"} and "encoding" not in body:
        yield "an encoding"
    hashed = of_base64 if body.get("encoding") == "BASE64" else HEX.fullmatch
    for each in members:
        yield from of_data(each, hashed)


def of_data(member: Mapping[str, Any], hashed: Any) -> Iterator[str]:
    if "mobileData" in member:
        if not 1 <= len(member["mobileData"].get("mobileIds", [])) <= 10:
            yield "1 to 10 devices"
        return
    if "userIdData" in member:
        if not member["userIdData"].get("userId"):
            yield "a user id"
        return
    data = member.get("userData") or member.get("compositeData", {}).get("userData", {})
    identifiers = data.get("userIdentifiers", [])
    if not 1 <= len(identifiers) <= 10:
        yield "1 to 10 identifiers"
    for each in identifiers:
        yield from of_identifier(each, hashed)


NAMES = {
    "emailAddress": (),
    "phoneNumber": (),
    "address": ("givenName", "familyName", "regionCode", "postalCode"),
    "hashedEmail": (),
    "hashedPhoneNumber": (),
    "mobileId": (),
    "thirdPartyUserId": (),
    "addressInfo": ("hashedFirstName", "hashedLastName", "countryCode", "postalCode"),
}
PLAIN = {"mobileId", "thirdPartyUserId"}


def of_identifier(given: Mapping[str, Any], hashed: Any) -> Iterator[str]:
    """One identifier, hashed where it must be; an address has its four parts and nothing else."""
    if len(given) != 1:
        yield "one identifier at a time"
        return
    name, value = next(iter(given.items()))
    if not NAMES[name]:
        if name not in PLAIN and not hashed(value):
            yield f"{name} is no SHA-256"
        return
    first, last, country, postcode = (value.get(part, "") for part in NAMES[name])
    if set(value) != set(NAMES[name]) or not postcode:
        yield f"{name} has four parts"
    if not hashed(first) or not hashed(last):
        yield f"{name}: names are hashed"
    if not re.fullmatch(r"[A-Z]{2}", country):
        yield f"{name}: a country of two capitals, not hashed"


def of_base64(value: str) -> bool:
    return len(value) == 44 and len(base64.b64decode(value, validate=True)) == 32


def of_ingest(body: Mapping[str, Any]) -> Iterator[str]:
    yield from of_members(body)
    terms = body.get("termsOfService", {}).get("customerMatchTermsOfServiceStatus")
    if terms != "ACCEPTED" and any("userIdData" not in each for each in body.get("audienceMembers", [])):
        yield "the terms are accepted"


def of_list(body: Mapping[str, Any]) -> Iterator[str]:
    if not body.get("displayName") or not body.get("description"):
        yield "a name and a description"
    if not re.fullmatch(r"\d+s", body.get("membershipDuration", "86400s")):
        yield "a duration in seconds"
    elif not 0 < int(body.get("membershipDuration", "86400s")[:-1]) <= 540 * 86_400:
        yield "at most 540 days"
    info = body.get("ingestedUserListInfo", {})
    keys = info.get("uploadKeyTypes", [])
    wanted = {"CONTACT_ID": "contactIdInfo", "MOBILE_ID": "mobileIdInfo", "USER_ID": "userIdInfo"}
    if len(keys) != 1 or set(info) != {"uploadKeyTypes", wanted[keys[0]]}:
        yield "one type of key, and its own block"
    elif keys == ["MOBILE_ID"] and not {"keySpace", "appId"} <= set(info["mobileIdInfo"]):
        yield "devices belong to an app"


RESOURCE = re.compile(r"customers/\d{10}/userLists/\d+")


def of_job(body: Mapping[str, Any]) -> Iterator[str]:
    job = body.get("job", {})
    if job.get("type") != "CUSTOMER_MATCH_USER_LIST":
        yield "the type of a job for lists"
    metadata = job.get("customerMatchUserListMetadata", {})
    if not RESOURCE.fullmatch(metadata.get("userList", "")):
        yield "a list by its resource name"
    if not set(metadata.get("consent", {}).values()) <= {"GRANTED"}:
        yield "a job is refused for denied consent"


def of_operations(body: Mapping[str, Any]) -> Iterator[str]:
    operations = body.get("operations", [])
    verbs = [next(iter(each), "") for each in operations]
    if not operations or any(len(each) != 1 for each in operations):
        yield "operations, of one verb each"
        return
    if len(set(verbs) - {"removeAll"}) > 1 or "removeAll" in verbs[1:]:
        yield "additions and removals apart, removal of all first"
    if body.get("enablePartialFailure") is not True:
        yield "one bad row must not refuse the others"
    people = [each[verb] for each, verb in zip(operations, verbs, strict=True) if verb != "removeAll"]
    identifiers = [each.get("userIdentifiers", []) for each in people]
    if any(not 1 <= len(each) <= 20 for each in identifiers) or sum(map(len, identifiers)) > 100_000:
        yield "1 to 20 identifiers an operation, 100,000 a request"
    if any(set(each) - {"userIdentifiers"} for each in people):
        yield "consent stands at the job"
    for one in identifiers:
        for each in one:
            yield from of_identifier(each, HEX.fullmatch)


def of_mutation(body: Mapping[str, Any]) -> Iterator[str]:
    for each in body.get("operations", []):
        made = each.get("create")
        if made is None:
            continue
        crm = made.get("crmBasedUserList", {})
        if not made.get("name") or not crm.get("uploadKeyType"):
            yield "a name and a type of key"
        if ("appId" in crm) != (crm.get("uploadKeyType") == "MOBILE_ADVERTISING_ID"):
            yield "devices, and they only, belong to an app"
        if not 0 < int(made.get("membershipLifeSpan", "540")) <= 540:
            yield "at most 540 days"
    if not body.get("operations"):
        yield "operations"


def of_search(body: Mapping[str, Any]) -> Iterator[str]:
    """A query of one of two resources, of fields that they have. No page size: asking for another is an error."""
    from google.ads.googleads.v26.services.types import google_ads_service

    found = re.match(r"SELECT ([a-z_., ]+) FROM (user_list|offline_user_data_job) WHERE ", body.get("query", ""))
    if found is None:
        yield "a query"
        return
    row = google_ads_service.GoogleAdsRow.pb()().DESCRIPTOR
    asked = {*found[1].split(", "), *re.findall(r"[a-z_]+\.[a-z_.]+(?= (?:=|!=|IN) )", body["query"][found.end() :])}
    for each in sorted(asked):
        if not each.startswith(f"{found[2]}.") or not leads(row, each.split(".")):
            yield f"{each} is no field"
    if "pageSize" in body:
        yield "the size of a page is fixed"


def leads(of: Descriptor | None, path: Sequence[str]) -> bool:
    """Whether a path of fields ends at a field that is no message. The package calls `type` `type_`."""
    for name in path:
        field = None if of is None else of.fields_by_name.get(name) or of.fields_by_name.get(f"{name}_")
        if field is None:
            return False
        of = field.message_type
    return of is None


RULES: Mapping[str, Any] = {
    "ingest": of_ingest,
    "remove": of_members,
    "remove_all": of_destinations,
    "create_list": of_list,
    "create_job": of_job,
    "add_operations": of_operations,
    "run": lambda body: iter(["a body of its own"] if body else ()),
    "mutate_lists": of_mutation,
    "search": of_search,
}
