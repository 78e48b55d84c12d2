"""One element of a BATCH_CREATE request: what is wrong with it, and what it changes.

Rules: learn.microsoft.com/linkedin, Create and manage segment users, … segment companies (read 2026-11-22). Written
apart from the connector on purpose: this is its judge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

USER_LENGTHS = {"firstName": 35, "lastName": 35, "title": 50, "company": 50, "country": 2}
COMPANY_LENGTHS = {
    "companyName": 1000,
    "companyWebsiteDomain": 253,
    "companyEmailDomain": 253,
    "companyPageUrl": 100,
    "organizationUrn": 60,
    "stockSymbol": 5,
    "city": 50,
    "state": 50,
    "country": 2,
    "postalCode": 20,
}
NAMES_A_COMPANY = (
    "companyName",
    "companyWebsiteDomain",
    "companyEmailDomain",
    "companyPageUrl",
    "organizationUrn",
)
ID_FORMS = {
    "SHA256_EMAIL": re.compile(r"[0-9a-f]{64}"),
    "SHA512_EMAIL": re.compile(r"[0-9a-f]{128}"),
    "GOOGLE_AID": re.compile(r"[0-9a-f-]{32,36}"),
}
ORGANIZATION = re.compile(r"urn:li:organization:[0-9]+")
DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)+")
OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def complaint(kind: str, element: Any) -> str | None:
    """What is wrong with an element of a segment of this type; None where nothing is."""
    if not isinstance(element, dict) or element.get("action") not in ("ADD", "REMOVE"):
        return "action :: must be ADD or REMOVE"
    if kind == "USER":
        return _of_ids(element.get("userIds")) or _of_texts(element, USER_LENGTHS, {"action", "userIds"})
    return _of_company(element) or _of_texts(element, COMPANY_LENGTHS, {"action", "industries"})


def _of_ids(ids: Any) -> str | None:
    if not isinstance(ids, list) or not ids:
        return "userIds :: must not be empty"
    for each in ids:
        if not isinstance(each, dict) or set(each) != {"idType", "idValue"} or each["idType"] not in ID_FORMS:
            return "userIds :: unknown idType"
        value = each["idValue"]
        if not isinstance(value, str) or not ID_FORMS[each["idType"]].fullmatch(value) or value == OF_NOTHING:
            return f"userIds :: not a {each['idType']}"
    return None


def _of_company(element: Mapping[str, Any]) -> str | None:
    if not any(element.get(name) for name in NAMES_A_COMPANY):
        return "a company needs a name, an organization, a domain or a page"
    urn = element.get("organizationUrn")
    if urn is not None and not ORGANIZATION.fullmatch(str(urn)):
        return "organizationUrn :: not an organization"
    for name in ("companyWebsiteDomain", "companyEmailDomain"):
        if name in element and not DOMAIN.fullmatch(str(element[name])):
            return f"{name} :: not a domain"
    given = element.get("industries", [])
    fine = isinstance(given, list) and len(given) <= 3 and all(isinstance(each, str) and each for each in given)
    return None if fine and all(len(each) <= 50 for each in given) else "industries :: up to three names"


def _of_texts(element: Mapping[str, Any], lengths: Mapping[str, int], others: set[str]) -> str | None:
    for name, value in element.items():
        if name in others:
            continue
        if name not in lengths:
            return "unrecognized field found but not allowed"
        if not isinstance(value, str) or not 0 < len(value) <= lengths[name]:
            return f"{name} :: length"
        if name == "country" and not re.fullmatch(r"[A-Z]{2}", value):
            return "country :: not ISO"
    return None


def member(kind: str, element: Mapping[str, Any]) -> frozenset[str]:
    """The tokens by which an element names its member."""
    if kind == "USER":
        return frozenset(f"{each['idType']}:{each['idValue']}" for each in element["userIds"])
    return frozenset(f"{name}:{element[name]}" for name in NAMES_A_COMPANY if name in element)


def cells(element: Any) -> list[Any]:
    """The values in an element."""
    if not isinstance(element, dict):
        return []
    ids = element.get("userIds")
    told = [each.get("idValue") for each in ids if isinstance(each, dict)] if isinstance(ids, list) else []
    return told + [value for name, value in element.items() if name not in ("action", "userIds")]
