"""Jobs and their operations as the Google Ads API is sent them.

developers.google.com/google-ads/api, OfflineUserDataJob and UserData (read 2026-11-22). One operation is one person;
consent stands at the job, and is refused where it is denied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from warehouse_sync.model import Action, PlanRow

from .google_ads_lists import resource
from .google_fields import ADDRESS
from .google_session import Google

VERBS: Mapping[Action, str] = {"add": "create", "remove": "remove"}
CONTACTS = {"EMAIL": "hashedEmail", "PHONE": "hashedPhoneNumber"}
ADDRESS_PARTS = {
    "FIRST_NAME": "hashedFirstName",
    "LAST_NAME": "hashedLastName",
    "COUNTRY": "countryCode",
    "POSTAL_CODE": "postalCode",
}
PLAIN = {"USER_ID": "thirdPartyUserId", "MOBILE_ID": "mobileId"}
CONSENTS = {"AD_USER_DATA_CONSENT": "adUserData", "AD_PERSONALIZATION_CONSENT": "adPersonalization"}


def new_job(google: Google, audience: str, consent: Mapping[str, str], *, really: bool = True) -> dict[str, Any]:
    """What a job is made of; `really` False only asks whether it could be made."""
    metadata = {"userList": resource(google, audience), **({"consent": dict(consent)} if consent else {})}
    job = {"type": "CUSTOMER_MATCH_USER_LIST", "customerMatchUserListMetadata": metadata}
    return {"job": job} if really else {"job": job, "validateOnly": True}


def consent_of(action: Action, rows: Sequence[PlanRow]) -> dict[str, str]:
    """What all rows of a page say: of a consent that is open nothing is sent. Removals carry none."""
    said = rows[0].tokens if rows and action != "remove" else {}
    return {name: "GRANTED" for field, name in CONSENTS.items() if said.get(field) == "granted"}


def operations_of(action: Action, rows: Sequence[PlanRow]) -> list[dict[str, Any]]:
    """One operation for each row: a person with all identifiers."""
    verb = VERBS[action]
    return [{verb: {"userIdentifiers": _identifiers(row.tokens)}} for row in rows]


def _identifiers(tokens: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {name: tokens[field]} for field, name in {**CONTACTS, **PLAIN}.items() if field in tokens
    ]
    if address := tokens.get(ADDRESS):
        found.append({"addressInfo": {ADDRESS_PARTS[part]: value for part, value in address.items()}})
    return found
