"""The judges of our requests, judged: what is right passes, and each mistake that was ever shipped is caught."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

pytest.importorskip("google.ads.datamanager_v1")

from tests.google.judges import complaints, judge, judge_all, kind_of
from warehouse_sync.sandbox import Exchange

HASH = "07e2f1394b0ea80e2adca010ea8318df697001a005ba7452720edda4b0ce57b3"
TO = {"operatingAccount": {"accountType": "GOOGLE_ADS", "accountId": "1234567890"}, "productDestinationId": "555"}
MAIL = {"userData": {"userIdentifiers": [{"emailAddress": HASH}]}}
HOME = {"givenName": HASH, "familyName": HASH, "regionCode": "US", "postalCode": "94043"}
REMOVE: dict[str, Any] = {"destinations": [TO], "audienceMembers": [MAIL], "encoding": "HEX"}
INGEST: dict[str, Any] = {
    **REMOVE,
    "consent": {"adUserData": "CONSENT_GRANTED", "adPersonalization": "CONSENT_GRANTED"},
    "termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"},
}
LIST: dict[str, Any] = {
    "displayName": "VIP",
    "description": "Customers",
    "membershipStatus": "OPEN",
    "membershipDuration": "46656000s",
    "ingestedUserListInfo": {
        "uploadKeyTypes": ["CONTACT_ID"],
        "contactIdInfo": {"dataSourceType": "DATA_SOURCE_TYPE_FIRST_PARTY"},
    },
}
JOB: dict[str, Any] = {
    "job": {
        "type": "CUSTOMER_MATCH_USER_LIST",
        "customerMatchUserListMetadata": {
            "userList": "customers/1234567890/userLists/555",
            "consent": {"adUserData": "GRANTED", "adPersonalization": "GRANTED"},
        },
    }
}
OPERATIONS: dict[str, Any] = {
    "operations": [{"create": {"userIdentifiers": [{"hashedEmail": HASH}]}}],
    "enablePartialFailure": True,
}
MUTATE: dict[str, Any] = {
    "operations": [
        {
            "create": {
                "name": "VIP",
                "membershipLifeSpan": "540",
                "crmBasedUserList": {"uploadKeyType": "CONTACT_INFO", "dataSourceType": "FIRST_PARTY"},
            }
        }
    ]
}
SEARCH = {"query": "SELECT offline_user_data_job.status FROM offline_user_data_job WHERE offline_user_data_job.id = 1"}
GOOD = {
    "ingest": INGEST,
    "remove": REMOVE,
    "remove_all": {"destinations": [TO], "removeAsOfTime": "2026-11-22T10:00:00Z"},
    "create_list": LIST,
    "create_job": JOB,
    "add_operations": OPERATIONS,
    "run": {},
    "mutate_lists": MUTATE,
    "search": SEARCH,
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_request_as_documented_passes(kind: str) -> None:
    judge(kind, GOOD[kind])


@pytest.mark.parametrize(
    "data",
    [
        {"userData": {"userIdentifiers": [{"address": HOME}, {"phoneNumber": HASH}]}},
        {"compositeData": {"userData": {"userIdentifiers": [{"emailAddress": HASH}]}}},
        {"mobileData": {"mobileIds": ["AAAAAAAA-BBBB-CCCC-DDDD-000000000001"]}},
        {"userIdData": {"userId": "customer 1"}},
    ],
    ids=lambda data: next(iter(data)),
)
def test_every_kind_of_member_passes(data: dict[str, Any]) -> None:
    judge("ingest", {**INGEST, "audienceMembers": [data]})


def at(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The body with another value at a path; `None` as the value takes it away, `null` is one."""
    made = deepcopy(body)
    *way, last = (int(part) if part.isdecimal() else part for part in path.split("."))
    inner: Any = made
    for part in way:
        inner = inner[part]
    if value is None:
        del inner[last]
    else:
        inner[last] = None if value == "null" else value
    return made


ONE = "audienceMembers.0.userData.userIdentifiers.0"
NEW = "operations.0.create"
MISTAKES = [
    # what strict parsing of the official messages refuses
    ("ingest", f"{ONE}.addressInfo", HOME, "there is no field"),  # RudderStack until August 2026
    ("ingest", f"{ONE}.emailAdress", HASH, "there is no field"),
    ("ingest", f"{ONE}.phoneNumber", HASH, "two of a kind"),
    ("ingest", "consent.adUserData", "GRANTED", "does not parse"),
    ("ingest", "consent.adUserData", "CONSENT_UNKNOWN", "does not parse"),
    ("ingest", "encoding", "hex", "does not parse"),
    ("ingest", "destinations.0.operatingAccount.accountId", 1234567890, "does not parse"),
    ("ingest", "audienceMembers.0.userData.userIdentifiers", {"emailAddress": HASH}, "does not parse"),
    ("remove", "consent", INGEST["consent"], "there is no field"),
    ("remove", "termsOfService", INGEST["termsOfService"], "there is no field"),
    ("remove_all", "removeAsOfTime", "2026-11-22 10:00:00", "does not parse"),
    ("create_job", "job.customerMatchUserListMetadata.consent.adUserData", "CONSENT_GRANTED", "does not parse"),
    ("create_job", "job.customerMatchUserListMetadata.consent.adUserData", "Granted", "does not parse"),
    ("add_operations", f"{NEW}.userIdentifiers", {"hashedEmail": HASH}, "does not parse"),  # Segment, one row
    ("add_operations", f"{NEW}.userIdentifiers.0.hashedEmai", HASH, "there is no field"),
    # what it lets through
    ("ingest", "destinations", [], "destinations: 1 to 10"),
    ("ingest", "audienceMembers", [], "1 to 10,000 members"),
    ("ingest", "audienceMembers", [MAIL] * 10_001, "1 to 10,000 members"),
    ("ingest", "audienceMembers.0", {}, "one kind of data"),
    ("ingest", "audienceMembers", [MAIL, {"userIdData": {"userId": "1"}}], "one kind of data"),
    ("ingest", "audienceMembers.0.userData.userIdentifiers", [{"emailAddress": HASH}] * 11, "1 to 10 identifiers"),
    ("ingest", "audienceMembers.0.userData.userIdentifiers", [], "1 to 10 identifiers"),
    ("ingest", "encoding", None, "an encoding"),
    ("ingest", "encoding", 1, "not a value by its name"),
    ("ingest", "encoding", "ENCODING_UNSPECIFIED", "not a value by its name"),
    ("ingest", "termsOfService", None, "the terms are accepted"),
    ("ingest", "consent", "null", "is null"),
    ("ingest", "audience_members", [MAIL], "camel case"),
    ("ingest", f"{ONE}.emailAddress", HASH[:63], "no SHA-256"),
    ("ingest", f"{ONE}.emailAddress", HASH.upper(), "no SHA-256"),
    ("ingest", f"{ONE}.emailAddress", "dana@example.com", "no SHA-256"),
    ("ingest", f"{ONE}.emailAddress", "", "is empty"),
    ("ingest", ONE, {"address": {**HOME, "postalCode": ""}}, "four parts"),
    ("ingest", ONE, {"address": {**HOME, "givenName": "dana"}}, "names are hashed"),
    ("ingest", ONE, {"address": {**HOME, "regionCode": HASH}}, "a country of two capitals"),
    ("ingest", "destinations.0.productDestinationId", "customers/1/userLists/5", "a list is named by its digits"),
    ("ingest", "destinations.0.operatingAccount.accountId", "123-456-7890", "ten digits"),
    ("ingest", "destinations.0.operatingAccount.accountType", None, "without its type"),
    ("create_list", "membershipDuration", "46742400s", "at most 540 days"),
    ("create_list", "description", None, "a name and a description"),
    ("create_list", "ingestedUserListInfo.uploadKeyTypes", ["CONTACT_ID", "USER_ID"], "one type of key"),
    ("create_list", "ingestedUserListInfo",
     {"uploadKeyTypes": ["MOBILE_ID"], "mobileIdInfo": {"keySpace": "IOS"}}, "belong to an app"),
    ("create_job", "job.customerMatchUserListMetadata.consent.adUserData", "DENIED", "refused for denied"),
    ("create_job", "job.customerMatchUserListMetadata.consent.adUserData", "UNKNOWN", "not a value by its name"),
    ("create_job", "job.customerMatchUserListMetadata.userList", "555", "by its resource name"),
    ("create_job", "job.type", None, "the type of a job"),
    ("add_operations", "enablePartialFailure", None, "one bad row"),
    ("add_operations", f"{NEW}.consent", {"adUserData": "GRANTED"}, "consent stands at the job"),
    ("add_operations", f"{NEW}.userIdentifiers", [{"hashedEmail": HASH}] * 21, "20 identifiers an operation"),
    ("add_operations", "operations",
     [*OPERATIONS["operations"], {"remove": OPERATIONS["operations"][0]["create"]}], "additions and removals apart"),
    ("add_operations", "operations", [*OPERATIONS["operations"], {"removeAll": True}], "removal of all first"),
    ("mutate_lists", f"{NEW}.membershipLifeSpan", 540, "no text"),
    ("mutate_lists", f"{NEW}.membershipLifeSpan", "541", "at most 540 days"),
    ("mutate_lists", f"{NEW}.crmBasedUserList.appId", "1", "belong to an app"),
    ("run", "validateOnly", True, "a body of its own"),
    ("search", "pageSize", 10, "fixed"),
    ("search", "query", "SELECT user_list.title FROM user_list WHERE user_list.id = 1", "user_list.title is no field"),
    ("search", "query", "SELECT user_list.id FROM user_list WHERE user_list.life = 1", "user_list.life is no field"),
    ("search", "query", "SELECT user_list.id, campaign.id FROM user_list WHERE user_list.id = 1", "campaign.id is no"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "path", "value", "complaint"), MISTAKES)
def test_a_mistake_is_caught(kind: str, path: str, value: Any, complaint: str) -> None:
    found = list(complaints(kind, at(GOOD[kind], path, value)))
    assert any(complaint in each for each in found), found
    assert HASH not in str(found) and "dana" not in str(found)


def test_a_call_that_is_none_of_google_s_fails() -> None:
    assert kind_of("POST", "/v1/audienceMembers:ingest") == "ingest"
    with pytest.raises(AssertionError, match="no such call"):
        kind_of("POST", "/v1/audienceMembers:add")


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("/v1/audienceMembers:ingest", "login-account"),
        ("/v1/audienceMembers:remove", "developer-token"),
        ("/v1/accountTypes/GOOGLE_ADS/accounts/1234567890/userLists", "login-customer-id"),
        ("/v26/customers/1234567890/googleAds:search", "login-account"),
    ],
)
def test_a_header_of_the_other_api_is_caught(path: str, header: str) -> None:
    asked = Exchange(1, "add", "POST", path, {}, platform="google", headers={header: "1"}, body=SEARCH)
    with pytest.raises(AssertionError, match="a header of the other API"):
        judge_all([asked])
