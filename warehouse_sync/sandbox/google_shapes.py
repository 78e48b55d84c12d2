"""JSON as Google's front end reads it, before any service sees it: messages, their fields, and nothing else.

A name may be in camel or in snake case, an enum its name or its number, a null is as good as nothing, a 64-bit number
its text. What is not a field is refused with the place and, as Google does, the value: no client may repeat that text.
The messages are those of the protocol buffers in google-ads-datamanager 0.9.4 and google-ads 34.0.0 (v26).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from .google_replies import Problem, malformed

Reader = Callable[[Any, str], Any]
"""Reads a value at a path. Raises `Problem` where it does not fit."""

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
DURATION = re.compile(r"-?\d+(\.\d{1,9})?s")


def snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda found: "_" + found[0].lower(), name)


def misfit(path: str, kind: str, value: Any) -> Problem:
    return malformed([(path, f"Invalid value at '{path}' ({kind}), {json.dumps(value)}")])


def unknown(name: str, path: str) -> Problem:
    at = f" at '{path}'" if path else ""
    return malformed([(path, f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.')])


def text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise misfit(path, "TYPE_STRING", value)
    return value


def flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise misfit(path, "TYPE_BOOL", value)
    return value


def whole(value: Any, path: str) -> int:
    """A 64-bit integer: a number, or a text of digits."""
    if isinstance(value, bool) or not re.fullmatch(r"-?\d+", str(value)):
        raise misfit(path, "TYPE_INT64", value)
    return int(value)


def timestamp(value: Any, path: str) -> float:
    """RFC 3339 with its T and its zone; seconds since 1970."""
    if not isinstance(value, str) or not RFC_3339.fullmatch(value):
        raise misfit(path, "type.googleapis.com/google.protobuf.Timestamp", value)
    return datetime.fromisoformat(value).timestamp()


def duration(value: Any, path: str) -> float:
    if not isinstance(value, str) or not DURATION.fullmatch(value):
        raise misfit(path, "type.googleapis.com/google.protobuf.Duration", value)
    return float(value.removesuffix("s"))


def enum(kind: str, *names: str) -> Reader:
    """An enum by its name or number, given back by its name; the first is number 0."""
    of = f"type.googleapis.com/{kind}"

    def read(value: Any, path: str) -> str:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(names):
            return names[value]
        if value not in names:
            raise misfit(path, of, value)
        return str(value)

    return read


def many(of: Reader) -> Reader:
    def read(value: Any, path: str) -> list[Any]:
        if not isinstance(value, list):
            raise misfit(path, "list", value)
        return [of(each, f"{path}[{at}]") for at, each in enumerate(value)]

    return read


def message(one: Mapping[str, Sequence[str]] | None = None, /, **fields: Reader) -> Reader:
    """An object with these fields, given back by their camel-case names. `one`: sets of which one may be there."""
    known = {name: (camel, snake(camel), of) for camel, of in fields.items() for name in (camel, snake(camel))}
    groups = {name: set(members) for name, members in (one or {}).items()}

    def read(value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise misfit(path, "message", value)
        found: dict[str, Any] = {}
        for name, given in value.items():
            if name not in known:
                raise unknown(name, path)
            if given is not None:
                camel, inner, of = known[name]
                found[camel] = of(given, f"{path}.{inner}" if path else inner)
        for group, members in groups.items():
            several = [name for name in found if name in members]
            if len(several) > 1:
                at = f"Invalid value at '{path}' (oneof), oneof field '{group}' is already set."
                raise malformed([(path, f"{at} Cannot set '{several[1]}'")])
        return found

    return read


GAD = "google.ads.datamanager.v1."
CONSENT = enum(f"{GAD}ConsentStatus", "CONSENT_STATUS_UNSPECIFIED", "CONSENT_GRANTED", "CONSENT_DENIED")
ACCOUNTS = (
    "ACCOUNT_TYPE_UNSPECIFIED",
    "GOOGLE_ADS",
    "DISPLAY_VIDEO_PARTNER",
    "DISPLAY_VIDEO_ADVERTISER",
    "DATA_PARTNER",
    "GOOGLE_ANALYTICS_PROPERTY",
    "GOOGLE_AD_MANAGER_AUDIENCE_LINK",
    "FLOODLIGHT_CONFIG",
    "GOOGLE_AD_MANAGER",
)
_account = message(
    accountId=text,
    accountType=enum(f"{GAD}ProductAccount.AccountType", *ACCOUNTS),
    product=enum(f"{GAD}Product", "PRODUCT_UNSPECIFIED", *ACCOUNTS[1:5]),
)
_destinations = many(
    message(
        reference=text,
        loginAccount=_account,
        linkedAccount=_account,
        operatingAccount=_account,
        productDestinationId=text,
    )
)
_consent = message(adUserData=CONSENT, adPersonalization=CONSENT)
_address = message(
    **dict.fromkeys(
        ("givenName", "familyName", "regionCode", "postalCode", "addressLine", "city", "administrativeArea"), text
    )
)
_user_data = message(
    userIdentifiers=many(
        message(
            {"identifier": ("emailAddress", "phoneNumber", "address")},
            emailAddress=text,
            phoneNumber=text,
            address=_address,
        )
    )
)
_composite = message(
    userData=_user_data,
    ipData=many(message(ipAddress=text, observeStartTime=timestamp, observeEndTime=timestamp)),
)
DATA = ("userData", "mobileData", "userIdData", "compositeData")
_members = many(
    message(
        {"data": DATA},
        destinationReferences=many(text),
        userData=_user_data,
        mobileData=message(mobileIds=many(text)),
        userIdData=message(userId=text),
        compositeData=_composite,
        consent=_consent,
    )
)
_encoding = enum(f"{GAD}Encoding", "ENCODING_UNSPECIFIED", "HEX", "BASE64")
_terms = enum(f"{GAD}TermsOfServiceStatus", "TERMS_OF_SERVICE_STATUS_UNSPECIFIED", "ACCEPTED", "REJECTED")

INGEST = message(
    destinations=_destinations,
    audienceMembers=_members,
    consent=_consent,
    validateOnly=flag,
    encoding=_encoding,
    termsOfService=message(customerMatchTermsOfServiceStatus=_terms),
)
REMOVE = message(destinations=_destinations, audienceMembers=_members, validateOnly=flag, encoding=_encoding)
REMOVE_ALL = message(destinations=_destinations, removeAsOfTime=timestamp, validateOnly=flag)

_sources = enum(
    f"{GAD}DataSourceType",
    "DATA_SOURCE_TYPE_UNSPECIFIED",
    "DATA_SOURCE_TYPE_FIRST_PARTY",
    "DATA_SOURCE_TYPE_THIRD_PARTY_CREDIT_BUREAU",
    "DATA_SOURCE_TYPE_THIRD_PARTY_VOTER_FILE",
    "DATA_SOURCE_TYPE_THIRD_PARTY_PARTNER_DATA",
)
_keys = enum(
    f"{GAD}IngestedUserListInfo.UploadKeyType",
    "UPLOAD_KEY_TYPE_UNSPECIFIED",
    "CONTACT_ID",
    "MOBILE_ID",
    "USER_ID",
    "PAIR_ID",
    "PSEUDONYMOUS_ID",
)
_ingested = message(
    uploadKeyTypes=many(_keys),
    contactIdInfo=message(dataSourceType=_sources),
    mobileIdInfo=message(
        dataSourceType=_sources,
        keySpace=enum(f"{GAD}MobileIdInfo.KeySpace", "KEY_SPACE_UNSPECIFIED", "IOS", "ANDROID"),
        appId=text,
    ),
    userIdInfo=message(dataSourceType=_sources),
)
USER_LIST = message(
    name=text,
    id=whole,
    displayName=text,
    description=text,
    membershipStatus=enum(f"{GAD}UserList.MembershipStatus", "MEMBERSHIP_STATUS_UNSPECIFIED", "OPEN", "CLOSED"),
    integrationCode=text,
    membershipDuration=duration,
    ingestedUserListInfo=_ingested,
)
