"""The stand-in is as strict as LinkedIn's documents say, and answers in LinkedIn's words."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.linkedin.case import DANA_256, DANA_512, DEVICE
from warehouse_sync.sandbox import TOKEN, Sandbox
from warehouse_sync.sandbox.linkedin import ACCOUNT, PLATFORM

HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "LinkedIn-Version": "202608",
    "X-Restli-Protocol-Version": "2.0.0",
    "Content-Type": "application/json",
}
BATCH = {**HEADERS, "X-RestLi-Method": "BATCH_CREATE"}
PERSON = {"action": "ADD", "userIds": [{"idType": "SHA256_EMAIL", "idValue": DANA_256}]}
FIRM = {"action": "ADD", "companyName": "Acme"}
NEW = {
    "name": "VIP",
    "sourcePlatform": PLATFORM,
    "account": ACCOUNT,
    "type": "USER",
    "destinations": [{"destination": "LINKEDIN"}],
}


def batch(sandbox: Sandbox, segment: str, *elements: Any, plural: str = "users") -> requests.Response:
    url = f"{sandbox.url}/rest/dmpSegments/{segment}/{plural}"
    return requests.post(url, json={"elements": list(elements)}, headers=BATCH, timeout=10)


def verdict(sandbox: Sandbox, segment: str, element: Any, plural: str = "users") -> int:
    [told] = batch(sandbox, segment, element, plural=plural).json()["elements"]
    return int(told["status"])


@pytest.mark.parametrize(
    ("header", "value", "status", "code"),
    [
        ("LinkedIn-Version", None, 400, "ILLEGAL_ARGUMENT"),
        ("LinkedIn-Version", "202510", 426, "NONEXISTENT_VERSION"),
        ("LinkedIn-Version", "202512", 426, "NONEXISTENT_VERSION"),
        ("LinkedIn-Version", "202401", 426, "NONEXISTENT_VERSION"),
        ("X-Restli-Protocol-Version", None, 400, "ILLEGAL_ARGUMENT"),
        ("Authorization", None, 401, "INVALID_ACCESS_TOKEN"),
        ("Authorization", "Bearer another", 401, "INVALID_ACCESS_TOKEN"),
    ],
)
def test_every_call_needs_its_headers(
    sandbox: Sandbox, segment: str, header: str, value: str | None, status: int, code: str
) -> None:
    sent = {name: each for name, each in {**HEADERS, header: value}.items() if each}
    told = requests.get(f"{sandbox.url}/rest/dmpSegments/{segment}", headers=sent, timeout=10)
    assert (told.status_code, told.json()["code"], told.json()["status"]) == (status, code, status)
    assert told.headers["x-li-uuid"]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "USERS"},
        {"name": ""},
        {"sourcePlatform": "SEGMENT"},
        {"destinations": []},
        {"accessPolicy": "PRIVATE"},
    ],
)
def test_a_segment_that_is_not_as_documented_is_not_made(sandbox: Sandbox, change: dict[str, Any]) -> None:
    told = requests.post(f"{sandbox.url}/rest/dmpSegments", json={**NEW, **change}, headers=HEADERS, timeout=10)
    assert (told.status_code, sandbox.summary()) == (400, [])


def test_another_account_is_not_ours(sandbox: Sandbox) -> None:
    body = {**NEW, "account": "urn:li:sponsoredAccount:9"}
    assert requests.post(f"{sandbox.url}/rest/dmpSegments", json=body, headers=HEADERS, timeout=10).status_code == 403


def test_a_made_segment_has_its_id_in_headers_and_no_body(sandbox: Sandbox) -> None:
    told = requests.post(f"{sandbox.url}/rest/dmpSegments", json=NEW, headers=HEADERS, timeout=10)
    [made] = sandbox.summary()
    assert (told.status_code, told.content) == (201, b"")
    assert told.headers["x-restli-id"] == told.headers["x-linkedin-id"] == made.id


def test_the_finder_wants_an_encoded_urn(sandbox: Sandbox, segment: str) -> None:
    url = f"{sandbox.url}/rest/dmpSegments?q=account&account="
    for account, status in ((ACCOUNT, 400), (ACCOUNT.replace(":", "%3A"), 200)):
        assert requests.get(url + account, headers=HEADERS, timeout=10).status_code == status


@pytest.mark.parametrize(
    "change",
    [
        {"action": "UPSERT"},
        {"userIds": []},
        {"userIds": [{"idType": "PHONE", "idValue": "1"}]},
        {"userIds": [{"idType": "SHA256_EMAIL", "idValue": DANA_512}]},
        {"userIds": [{"idType": "SHA512_EMAIL", "idValue": DANA_256}]},
        {"userIds": [{"idType": "SHA256_EMAIL", "idValue": ""}]},
        {"userIds": [{"idType": "GOOGLE_AID", "idValue": DEVICE.upper()}]},
        {"firstName": "x" * 36},
        {"title": ""},
        {"country": "Germany"},
        {"phone": "1"},
    ],
)
def test_a_person_that_is_not_as_documented_is_refused_alone(
    sandbox: Sandbox, segment: str, change: dict[str, Any]
) -> None:
    told = batch(sandbox, segment, {**PERSON, **change}, PERSON).json()["elements"]
    assert [each["status"] for each in told] == [400, 201]
    assert sandbox.members(segment) == {f"SHA256_EMAIL:{DANA_256}"}


@pytest.mark.parametrize(
    "element",
    [
        {"action": "ADD", "city": "New York"},
        {**FIRM, "organizationUrn": "urn:li:organizationUrn:1"},
        {**FIRM, "stockSymbol": "ACMECO"},
        {**FIRM, "industries": "Technology"},
        {**FIRM, "industries": ["A", "B", "C", "D"]},
        {**FIRM, "companyWebsiteDomain": "https://acme.com"},
        {**FIRM, "userIds": []},
    ],
)
def test_a_company_that_is_not_as_documented_is_refused(
    sandbox: Sandbox, companies: str, element: dict[str, Any]
) -> None:
    assert verdict(sandbox, companies, element, "companies") == 400


def test_adding_who_is_there_and_removing_who_is_not_is_a_success(sandbox: Sandbox, segment: str) -> None:
    for action in ("REMOVE", "ADD", "ADD", "REMOVE", "REMOVE"):
        assert verdict(sandbox, segment, {**PERSON, "action": action}) == 201
    assert sandbox.members(segment) == set()


def test_a_batch_has_one_to_five_thousand_elements_of_the_segments_type(sandbox: Sandbox, segment: str) -> None:
    assert batch(sandbox, segment).status_code == 400
    assert batch(sandbox, segment, *([PERSON] * 5001)).status_code == 400
    assert batch(sandbox, segment, FIRM, plural="companies").status_code == 400
    assert batch(sandbox, "42", PERSON).status_code == 404


def test_a_new_segment_is_not_ready_for_as_long_as_is_set(sandbox: Sandbox) -> None:
    sandbox.configure(platforms={"linkedin": {"settle_seconds": 120.0}})
    made = sandbox.create_audience("New", platform="linkedin")
    assert batch(sandbox, made, PERSON).status_code == 404
    sandbox.advance(121)
    assert batch(sandbox, made, PERSON).status_code == 200


@pytest.mark.parametrize(("plural", "setting"), [("users", "users"), ("companies", "companies")])
def test_requests_are_counted_by_the_minute(
    sandbox: Sandbox, segment: str, companies: str, plural: str, setting: str
) -> None:
    sandbox.configure(platforms={"linkedin": {setting: 2}})
    where, element = (segment, PERSON) if plural == "users" else (companies, FIRM)
    sandbox.advance(60 - sandbox.clock.now() % 60)
    told = [batch(sandbox, where, element, plural=plural) for _ in range(3)]
    assert [each.status_code for each in told] == [200, 200, 429]
    assert "retry-after" not in told[2].headers
    sandbox.advance(60)
    assert batch(sandbox, where, element, plural=plural).status_code == 200


def test_verdicts_and_missing_results_can_be_ordered(sandbox: Sandbox, segment: str) -> None:
    sandbox.configure(platforms={"linkedin": {"verdicts": {DANA_256: [503, 429]}}})
    assert [verdict(sandbox, segment, PERSON) for _ in range(3)] == [503, 429, 201]
    sandbox.configure(platforms={"linkedin": {"short": 1}})
    assert batch(sandbox, segment, PERSON, PERSON).json()["elements"] == [{"status": 201}]


def test_a_token_lives_sixty_days_and_its_refresh_token_a_year(sandbox: Sandbox, segment: str) -> None:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": "sandbox-refresh",
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
    }

    def exchange(**changes: str) -> requests.Response:
        return requests.post(f"{sandbox.url}/oauth/v2/accessToken", data={**form, **changes}, timeout=10)

    made = exchange().json()
    asked = {**HEADERS, "Authorization": f"Bearer {made['access_token']}"}
    url = f"{sandbox.url}/rest/dmpSegments/{segment}"
    assert requests.get(url, headers=asked, timeout=10).status_code == 200
    sandbox.advance(60 * 86_400 + 1)
    assert requests.get(url, headers=asked, timeout=10).json()["code"] == "EXPIRED_ACCESS_TOKEN"
    again = exchange().json()
    assert again["refresh_token_expires_in"] < made["refresh_token_expires_in"] - 59 * 86_400
    sandbox.advance(310 * 86_400)
    assert exchange().json()["error"] == "invalid_grant"
    assert exchange(client_secret="x").json()["error"] == "invalid_client"


def test_an_unknown_path_is_not_found(sandbox: Sandbox) -> None:
    for path in ("/rest/adAccounts", "/rest/dmpSegments/1/users/2", "/rest/dmpSegmentsX"):
        assert requests.get(f"{sandbox.url}{path}", headers=HEADERS, timeout=10).status_code == 404
