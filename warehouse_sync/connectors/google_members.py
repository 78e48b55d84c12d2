"""Members as the Data Manager API is sent them, and the rows that its refusals name.

developers.google.com/data-manager/api, AudienceMember and Understand errors (read 2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from warehouse_sync.model import Action, PlanRow

from .google_errors import violations
from .google_fields import ADDRESS
from .google_settings import Destination

ADDRESS_PARTS = {
    "FIRST_NAME": "givenName",
    "LAST_NAME": "familyName",
    "COUNTRY": "regionCode",
    "POSTAL_CODE": "postalCode",
}
CONSENTS = {"AD_USER_DATA_CONSENT": "adUserData", "AD_PERSONALIZATION_CONSENT": "adPersonalization"}
CONTACTS = {"EMAIL": "emailAddress", "PHONE": "phoneNumber"}


def body_of(settings: Destination, audience: str, action: Action, rows: Sequence[PlanRow]) -> dict[str, Any]:
    """The body of a request: members to add, with everybody's consent, or to remove."""
    contacts = [_contacts(row.tokens) for row in rows]
    body: dict[str, Any] = {"destinations": [destination(settings, audience)]}
    if any(contacts):
        wrapped = settings.contact_data == "composite_data"
        body["audienceMembers"] = [_person(each, wrapped=wrapped) for each in contacts]
        body["encoding"] = "HEX"
    else:
        body["audienceMembers"] = [_other(row.tokens) for row in rows]
    if action != "remove":
        body["termsOfService"] = {"customerMatchTermsOfServiceStatus": "ACCEPTED"}
        body |= _consent(rows[0].tokens)
    return body


def destination(settings: Destination, audience: str) -> dict[str, Any]:
    """The list, and the manager account where it is reached through one."""
    found = {"operatingAccount": _account(settings.customer_id), "productDestinationId": audience}
    if settings.login_customer_id:
        found["loginAccount"] = _account(settings.login_customer_id)
    return found


def _account(number: str) -> dict[str, str]:
    return {"accountType": "GOOGLE_ADS", "accountId": number}


def _contacts(tokens: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{CONTACTS[name]: tokens[name]} for name in CONTACTS if name in tokens]
    if address := tokens.get(ADDRESS):
        found.append({"address": {ADDRESS_PARTS[part]: value for part, value in address.items()}})
    return found


def _person(contacts: list[dict[str, Any]], *, wrapped: bool) -> dict[str, Any]:
    person = {"userData": {"userIdentifiers": contacts}}
    return {"compositeData": person} if wrapped else person


def _other(tokens: Mapping[str, Any]) -> dict[str, Any]:
    if "MOBILE_ID" in tokens:
        return {"mobileData": {"mobileIds": [tokens["MOBILE_ID"]]}}
    return {"userIdData": {"userId": tokens["USER_ID"]}}


def _consent(tokens: Mapping[str, Any]) -> dict[str, Any]:
    """What all rows of a page say: of a consent that is open nothing is sent."""
    found = {CONSENTS[name]: "CONSENT_GRANTED" for name in CONSENTS if tokens.get(name) == "granted"}
    return {"consent": found} if found else {}


# What refusals name

_ROW = re.compile(r"audience_?members\[(\d+)\]", re.IGNORECASE)
_IDENTIFIER = re.compile(r"user_?identifiers\[(\d+)\]", re.IGNORECASE)
_LEAVES = {
    "email": "EMAIL", "phone": "PHONE", "given": "FIRST_NAME", "family": "LAST_NAME", "region": "COUNTRY",
    "postal": "POSTAL_CODE", "mobile": "MOBILE_ID",
}  # fmt: skip
_WORDS = {
    "INVALID_HEX_ENCODING": "the hash is not hexadecimal",
    "INVALID_BASE64_ENCODING": "the hash is not base64",
    "INVALID_SHA256_FORMAT": "the hash is not one of SHA-256",
    "INVALID_POSTAL_CODE": "the postal code is not one of its country",
    "INVALID_COUNTRY_CODE": "the country is not one that Google knows",
    "INVALID_MOBILE_ID_FORMAT": "the device id has not the form of one",
    "INVALID_AUDIENCE_MEMBER": "the member is not valid",
    "TOO_MANY_USER_IDENTIFIERS": "the member has too many identifiers",
    "REQUIRED_FIELD_MISSING": "something that is required is missing",
    "NO_IDENTIFIERS_PROVIDED": "the member has no identifier",
    "INVALID_FORMAT": "a value has not the form that is required",
}
"""What Google's reasons mean of a row."""


def named_rows(body: Any, rows: Sequence[PlanRow]) -> dict[int, tuple[str, str]]:
    """The rows that a refusal names, by their place in the request: error code and fixed reason."""
    found: dict[int, tuple[str, str]] = {}
    for path, reason in violations(body):
        places = _ROW.findall(path)
        if places and int(places[-1]) < len(rows):
            place = int(places[-1])
            found.setdefault(place, (reason.lower() or "refused", _told(path, reason, rows[place].tokens)))
    return found


def names_rows(body: Any) -> bool:
    """Whether every violation is of a row, and there is one."""
    paths = [path for path, _ in violations(body)]
    return bool(paths) and all(_ROW.search(path) for path in paths)


def _told(path: str, reason: str, tokens: Mapping[str, Any]) -> str:
    words = _WORDS.get(reason, "the row was not accepted")
    name = _field(path.rpartition("]")[2] or path, path, tokens)
    code = f" Google's reason: {reason}." if reason else ""
    return f"Google refused the row{f' for {name}' if name else ''}: {words}.{code}"


def _field(leaf: str, path: str, tokens: Mapping[str, Any]) -> str | None:
    """The field that a path is about: by its last word, else by the identifier's place."""
    for word, name in _LEAVES.items():
        if word in leaf.lower():
            return name
    places = _IDENTIFIER.findall(path)
    own = [name for name in (*CONTACTS, ADDRESS) if name in tokens]
    return own[int(places[-1])] if places and int(places[-1]) < len(own) else None
