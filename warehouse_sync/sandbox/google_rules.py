"""What the Data Manager API asks of a request to change members, and the tokens its rows stand for.

Rules: developers.google.com/data-manager/api, Limits, Formatting, Understand errors; the comments of the messages and
of ErrorReason in google-ads-datamanager 0.9.4 (read 2026-11-22). Written apart from the connector on purpose: this is
its judge. One violation anywhere refuses the whole request.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .google_replies import Violation
from .google_shapes import DATA

MOST_MEMBERS, MOST_IDENTIFIERS, MOST_DESTINATIONS, MOST_MOBILE_IDS = 10_000, 10, 10, 10
KEY_TYPES = {
    "userData": "CONTACT_ID",
    "compositeData": "CONTACT_ID",
    "mobileData": "MOBILE_ID",
    "userIdData": "USER_ID",
}
HEX = re.compile(r"[0-9a-fA-F]*")
SHA256 = re.compile(r"[0-9a-fA-F]{64}")
DEVICE = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
POSTCODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{1,15}")
US_POSTCODE = re.compile(r"\d{5}(-?\d{4})?")
ADDRESS = ("given_name", "family_name", "region_code", "postal_code")
PARTS = ("givenName", "familyName", "regionCode", "postalCode")


def required(field: str) -> Violation:
    return Violation(field, "REQUIRED_FIELD_MISSING", "Required field is missing.")


def of_destinations(given: Sequence[Mapping[str, Any]]) -> Iterator[Violation]:
    """What is wrong with where a request goes, whoever asks."""
    if not given:
        yield required("destinations")
    if len(given) > MOST_DESTINATIONS:
        yield Violation("destinations", "TOO_MANY_DESTINATIONS", "At most 10 destinations are allowed.")
    references = [each["reference"] for each in given if each.get("reference")]
    if len(references) != len(set(references)):
        yield Violation("destinations", "DUPLICATE_DESTINATION_REFERENCE", "Two destinations have one reference.")
    for at, each in enumerate(given):
        yield from of_accounts(each, f"destinations[{at}]")


def of_accounts(given: Mapping[str, Any], path: str) -> Iterator[Violation]:
    if "operatingAccount" not in given:
        yield required(f"{path}.operating_account")
    for name, inner in (("operatingAccount", "operating_account"), ("loginAccount", "login_account")):
        account = given.get(name, {"accountId": "1", "accountType": "GOOGLE_ADS"})
        kind = account.get("accountType", account.get("product", ""))
        if not account.get("accountId"):
            yield required(f"{path}.{inner}.account_id")
        elif not account["accountId"].isdecimal():
            yield Violation(f"{path}.{inner}.account_id", "INVALID_NUMBER_FORMAT", "Invalid number format.")
        if kind in ("", "ACCOUNT_TYPE_UNSPECIFIED", "PRODUCT_UNSPECIFIED"):
            yield required(f"{path}.{inner}.account_type")
        elif kind != "GOOGLE_ADS":
            text = "The destination account type does not match the specified account id."
            yield Violation(f"{path}.{inner}", "DESTINATION_ACCOUNT_TYPE_MISMATCH", text)
    if not given.get("productDestinationId"):
        yield required(f"{path}.product_destination_id")
    elif not given["productDestinationId"].isdecimal():
        yield Violation(f"{path}.product_destination_id", "INVALID_USER_LIST_ID", "User list is not valid.")


def data_of(member: Mapping[str, Any]) -> str:
    """Which kind of data a member is; empty for none."""
    return next((name for name in DATA if name in member), "")


def user_data(member: Mapping[str, Any]) -> Mapping[str, Any]:
    """The contact information of a member, wherever it stands."""
    found: Mapping[str, Any] = member if "userData" in member else member.get("compositeData", {})
    return found.get("userData", {})  # type: ignore[no-any-return]


def of_request(body: Mapping[str, Any], *, terms: bool) -> Iterator[Violation]:
    """What is wrong with the members of a request, and with what stands beside them."""
    members: Sequence[Mapping[str, Any]] = body.get("audienceMembers", ())
    kinds = {data_of(each) for each in members} - {""}
    if not members:
        yield required("audience_members")
    if len(members) > MOST_MEMBERS:
        text = "Maximum number of audience members allowed per request is 10,000."
        yield Violation("audience_members", "TOO_MANY_AUDIENCE_MEMBERS", text)
        return
    if len(kinds) > 1:
        text = "Multiple data types are not allowed to be ingested in a single request."
        yield Violation("audience_members", "MULTIPLE_DATA_TYPES_NOT_ALLOWED", text)
    encoding = body.get("encoding", "ENCODING_UNSPECIFIED")
    if kinds & {"userData", "compositeData"} and encoding == "ENCODING_UNSPECIFIED":
        yield required("encoding")
        encoding = "HEX"
    if terms and kinds & {"userData", "compositeData", "mobileData"}:
        yield from of_terms(body.get("termsOfService", {}))
    references = {each["reference"] for each in body.get("destinations", ()) if each.get("reference")}
    for at, member in enumerate(members):
        yield from of_member(member, f"audience_members[{at}]", encoding)
        if not references.issuperset(member.get("destinationReferences", ())):
            path = f"audience_members[{at}].destination_references"
            yield Violation(path, "INVALID_DESTINATION", "This Destination is not valid.")


def ordered(body: Mapping[str, Any], reasons: Mapping[str, str]) -> Iterator[Violation]:
    """Rows that are refused for a cell, because that was ordered."""
    for at, member in enumerate(body.get("audienceMembers", ()) if reasons else ()):
        if reason := next((reasons[each] for each in cells(member) if each in reasons), None):
            yield Violation(f"audience_members[{at}].user_data.user_identifiers[0]", reason, "Ordered.")


def of_terms(given: Mapping[str, Any]) -> Iterator[Violation]:
    path, name = "terms_of_service.customer_match_terms_of_service_status", "customerMatchTermsOfServiceStatus"
    status = given.get(name, "TERMS_OF_SERVICE_STATUS_UNSPECIFIED")
    if status == "TERMS_OF_SERVICE_STATUS_UNSPECIFIED":
        yield required(path)
    elif status != "ACCEPTED":
        yield Violation(path, "TERMS_AND_CONDITIONS_NOT_SIGNED", "Required terms and conditions are not accepted.")


def of_member(member: Mapping[str, Any], path: str, encoding: str) -> Iterator[Violation]:
    kind = data_of(member)
    if not kind:
        yield Violation(path, "INVALID_AUDIENCE_MEMBER", "This audience member is not valid.")
    elif kind == "mobileData":
        yield from of_devices(member[kind].get("mobileIds", ()), f"{path}.mobile_data.mobile_ids")
    elif kind == "userIdData":
        if not member[kind].get("userId"):
            yield required(f"{path}.user_id_data.user_id")
    else:
        inner = "user_data" if kind == "userData" else "composite_data.user_data"
        given = user_data(member).get("userIdentifiers", ())
        yield from of_identifiers(given, f"{path}.{inner}.user_identifiers", encoding)


def of_devices(given: Sequence[str], path: str) -> Iterator[Violation]:
    if not given:
        yield required(path)
    if len(given) > MOST_MOBILE_IDS:
        yield Violation(path, "TOO_MANY_ELEMENTS", "Too many elements in a list in the request.")
    for at, each in enumerate(given):
        if not DEVICE.fullmatch(each):
            yield Violation(f"{path}[{at}]", "INVALID_MOBILE_ID_FORMAT", "Mobile ID format is not valid.")


def of_identifiers(given: Sequence[Mapping[str, Any]], path: str, encoding: str) -> Iterator[Violation]:
    if not given:
        yield required(path)
    if len(given) > MOST_IDENTIFIERS:
        text = "Maximum number of user identifiers allowed per audience member is 10."
        yield Violation(path, "TOO_MANY_USER_IDENTIFIERS", text)
    for at, each in enumerate(given):
        if "address" in each:
            yield from of_address(each["address"], f"{path}[{at}].address", encoding)
        elif found := hash_problem(next(iter(each.values()), ""), encoding):
            name = {"emailAddress": ".email_address", "phoneNumber": ".phone_number"}.get(next(iter(each), ""), "")
            yield Violation(f"{path}[{at}]{name}", *found)


def hash_problem(value: str, encoding: str) -> tuple[str, str] | None:
    """Why this is no SHA-256 in this encoding: (reason, text)."""
    if not value:
        return "REQUIRED_FIELD_MISSING", "Required field is missing."
    if encoding == "BASE64":
        try:
            long = len(base64.b64decode(value, validate=True))
        except (binascii.Error, ValueError):
            return "INVALID_BASE64_ENCODING", "The base64 encoded value is malformed."
        return None if long == 32 else ("INVALID_SHA256_FORMAT", "The SHA256 encoded value is malformed.")
    if SHA256.fullmatch(value):
        return None
    if len(value) % 2 or not HEX.fullmatch(value):
        return "INVALID_HEX_ENCODING", "The HEX encoded value is malformed."
    return "INVALID_SHA256_FORMAT", "The SHA256 encoded value is malformed."


def of_address(given: Mapping[str, str], path: str, encoding: str) -> Iterator[Violation]:
    """All four parts are needed; names are hashed, the country and the postal code are not."""
    for name, inner in zip(PARTS, ADDRESS, strict=True):
        if not given.get(name):
            yield required(f"{path}.{inner}")
        elif inner in ("given_name", "family_name") and (found := hash_problem(given[name], encoding)):
            yield Violation(f"{path}.{inner}", *found)
    region, code = given.get("regionCode", ""), given.get("postalCode", "")
    if region and not re.fullmatch(r"[A-Z]{2}", region):
        yield Violation(f"{path}.region_code", "INVALID_REGION_CODE", "The region code is not valid.")
    if code and not (US_POSTCODE if region == "US" else POSTCODE).fullmatch(code):
        yield Violation(f"{path}.postal_code", "INVALID_POSTAL_CODE", "Postal code is not valid.")


def tokens(member: Mapping[str, Any], encoding: str) -> frozenset[str]:
    """A valid member's identifiers, `KIND:value` each, hashes in lower-case hexadecimal."""
    kind = data_of(member)
    if kind == "mobileData":
        return frozenset(f"mobileId:{each}" for each in member[kind]["mobileIds"])
    if kind == "userIdData":
        return frozenset((f"userId:{member[kind]['userId']}",))
    found: list[str] = []
    for each in user_data(member)["userIdentifiers"]:
        name, value = next(iter(each.items()))
        if name == "address":
            parts = (*(plain(value[part], encoding) for part in PARTS[:2]), *(value[part] for part in PARTS[2:]))
            found.append(f"address:{'|'.join(parts)}")
        else:
            found.append(f"{name}:{plain(value, encoding)}")
    return frozenset(found)


def plain(value: str, encoding: str) -> str:
    return base64.b64decode(value).hex() if encoding == "BASE64" else value.lower()


def cells(value: Any) -> Iterator[str]:
    """Every text in a row, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from cells(each)
    elif isinstance(value, list):
        for each in value:
            yield from cells(each)
