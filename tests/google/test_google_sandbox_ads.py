"""The stand-in for the Google Ads API: what our own client, the one there is here, does not ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.google.raw import HASH, MAIL, OTHER, Asked, Client, person
from warehouse_sync.sandbox import Sandbox
from warehouse_sync.sandbox.google import ACCOUNT


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        yield sandbox
        assert sandbox.journal.failures == []


@pytest.fixture
def google(sandbox: Sandbox) -> Client:
    return Client(sandbox)


@pytest.fixture
def behaves(sandbox: Sandbox) -> Callable[..., None]:
    return lambda **settings: sandbox.configure(platforms={"google": settings})


def ads(google: Client, path: str, json: Any, **headers: str) -> Asked:
    return google.ask("POST", f"v26/customers/{ACCOUNT}/{path}", json, **headers)


def job(google: Client, **metadata: Any) -> Asked:
    named = {"userList": f"customers/{ACCOUNT}/userLists/{google.audience}", **metadata}
    made = {"type": "CUSTOMER_MATCH_USER_LIST", "customerMatchUserListMetadata": named}
    return ads(google, "offlineUserDataJobs:create", {"job": made})


def mail(verb: str = "create", *hashes: str) -> dict[str, Any]:
    return {verb: {"userIdentifiers": [{"hashedEmail": each} for each in hashes or (HASH,)]}}


def filled(google: Client, *operations: Any, **more: Any) -> tuple[str, Asked]:
    made = "offlineUserDataJobs/" + job(google).body["resourceName"].rpartition("/")[2]
    body = {"operations": list(operations), "enablePartialFailure": True, **more}
    return made, ads(google, f"{made}:addOperations", body)


def codes(found: Asked) -> list[tuple[int | None, str]]:
    """Which operation has which error, of a refusal or of a partial failure."""
    failed = found.body.get("error") or found.body.get("partialFailureError") or found.body["warning"]
    told = []
    for each in failed["details"][0]["errors"]:
        places = each.get("location", {}).get("fieldPathElements", [])
        told.append((next((at.get("index") for at in places), None), next(iter(each["errorCode"].values()))))
    return told


def test_bad_operations_are_left_out_or_without_partial_failure_refuse_all(google: Client) -> None:
    device = {"create": {"userIdentifiers": [{"mobileId": "x"}]}}
    bad = [
        mail("create", "x"),
        mail("remove"),
        device,
        {"create": {}},
        mail("create", *[HASH] * 21),
        {"removeAll": True},
    ]
    wrong = [
        (1, "INVALID_SHA256_FORMAT"),
        (2, "CONFLICTING_OPERATION"),
        (3, "INCOMPATIBLE_UPLOAD_KEY_TYPE"),
        (4, "MISSING_USER_IDENTIFIER"),
        (5, "TOO_MANY_USER_IDENTIFIERS"),
        (6, "INVALID_OPERATION_ORDER"),
    ]
    made, found = filled(google, mail(), *bad)
    assert (found.status, codes(found)) == (200, wrong)
    ads(google, f"{made}:run", {})
    assert google.members == {MAIL}
    _, refused = filled(google, mail("create", OTHER), *bad, enablePartialFailure=False)
    assert (refused.status, codes(refused)) == (400, wrong)


def test_a_row_can_be_ordered_to_be_at_fault(google: Client, behaves: Callable[..., None]) -> None:
    behaves(refused={OTHER: "MISSING_USER_IDENTIFIER"})
    _, found = filled(google, mail(), mail("create", OTHER))
    assert codes(found) == [(1, "MISSING_USER_IDENTIFIER")]


def test_a_job_runs_once_takes_nothing_more_and_alone(
    sandbox: Sandbox, google: Client, behaves: Callable[..., None]
) -> None:
    behaves(add_seconds=60)
    first, _ = filled(google, mail())
    second, _ = filled(google, mail("create", OTHER))
    assert ads(google, f"{first}:run", {}).status == 200
    assert codes(ads(google, f"{first}:run", {})) == [(None, "JOB_ALREADY_STARTED")]
    assert codes(ads(google, f"{first}:addOperations", {"operations": [mail()]})) == [(None, "JOB_ALREADY_STARTED")]
    assert codes(ads(google, f"{second}:run", {})) == [(None, "CONCURRENT_MODIFICATION")]
    sandbox.advance(60)
    assert (google.members, ads(google, f"{second}:run", {}).status) == ({MAIL}, 200)


def test_all_may_be_removed_before_others_are_added(google: Client) -> None:
    google.ingest(person(OTHER))
    made, found = filled(google, {"removeAll": True}, mail())
    ads(google, f"{made}:run", {})
    assert (found.body, google.members) == ({}, {MAIL})


def test_denied_consent_makes_no_job_and_that_of_an_operation_is_ignored(google: Client) -> None:
    assert codes(job(google, consent={"adUserData": "DENIED"}))[0][1] == "CUSTOMER_NOT_ACCEPTED_CUSTOMER_DATA_TERMS"
    assert codes(job(google, consent={"adUserData": "UNKNOWN"}))[0][1] == "INVALID_ENUM_VALUE"
    assert job(google, consent={"adUserData": "CONSENT_GRANTED"}).error["message"].startswith("Invalid value at")
    consented = {"create": {**mail()["create"], "consent": {"adUserData": "GRANTED"}}}
    _, found = filled(google, consented, enableWarnings=True)
    assert codes(found) == [(0, "OPERATION_LEVEL_CONSENT_PROVIDED")]


def test_operations_of_a_day_are_counted(google: Client, behaves: Callable[..., None]) -> None:
    behaves(ads_operations=1)
    assert job(google).status == 200
    found = job(google)
    assert (found.status, codes(found)) == (429, [(None, "RESOURCE_EXHAUSTED")])


def test_versions_end_and_accounts_are_named_by_digits(google: Client) -> None:
    assert google.ask("GET", "v26/customers:listAccessibleCustomers").body == {
        "resourceNames": [f"customers/{ACCOUNT}"]
    }
    assert codes(google.ask("GET", "v22/customers:listAccessibleCustomers")) == [(None, "UNSUPPORTED_VERSION")]
    query = {"query": "SELECT user_list.id FROM user_list"}
    hyphens = google.ask("POST", "v26/customers/123-456-7890/googleAds:search", query)
    assert codes(hyphens) == [(None, "INVALID_CUSTOMER_ID")]
    assert codes(ads(google, "googleAds:search", query, login_customer_id="123-456-7890")) == [
        (None, "INVALID_LOGIN_CUSTOMER_ID")
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "SELECT campaign.id FROM campaign"}, "UNEXPECTED_INPUT"),
        ({"query": "SELECT campaign.id FROM user_list"}, "UNRECOGNIZED_FIELD"),
        ({"query": "SELECT user_list.id FROM user_list WHERE user_list.id > 1"}, "BAD_OPERATOR"),
        ({"query": "SELECT user_list.id FROM user_list", "pageSize": 10}, "PAGE_SIZE_NOT_SUPPORTED"),
    ],
)
def test_a_query_that_is_not_understood_is_refused(google: Client, body: Any, code: str) -> None:
    assert [each for _, each in codes(ads(google, "googleAds:search", body))] == [code]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "VIP"}, "NAME_ALREADY_USED"),
        ({"name": ""}, "INVALID_NAME"),
        ({"membershipLifeSpan": "541"}, "TOO_HIGH"),
        ({"crmBasedUserList": {}}, "REQUIRED_FIELD_MISSING"),
        ({"crmBasedUserList": {"uploadKeyType": "MOBILE_ADVERTISING_ID"}}, "APP_ID_NOT_SET"),
        ({"crmBasedUserList": {"uploadKeyType": "CRM_ID", "appId": "1"}}, "APP_ID_NOT_ALLOWED"),
    ],
)
def test_a_list_that_cannot_be_is_not_made_here_either(google: Client, change: Any, code: str) -> None:
    new = {"name": "Another", "crmBasedUserList": {"uploadKeyType": "CONTACT_INFO"}, **change}
    found = ads(google, "userLists:mutate", {"operations": [{"create": new}]})
    assert [each for _, each in codes(found)] == [code]
