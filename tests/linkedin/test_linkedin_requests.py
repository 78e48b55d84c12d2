"""What is sent to LinkedIn, element by element, and what its answers become."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.linkedin.case import (
    COMPANIES,
    DANA_256,
    DANA_512,
    DEVICE,
    SEGMENT,
    Speak,
    by_id,
    failure,
    fit,
    people,
    results,
    sync_of,
    told,
)
from tests.scripted import Script, Time, answer, platform
from warehouse_sync.connectors.linkedin import CONNECTOR
from warehouse_sync.connectors.linkedin_elements import fates
from warehouse_sync.errors import Denied, Rejected, Unavailable
from warehouse_sync.model import PlanRow
from warehouse_sync.sandbox import Sandbox

PERSON = {
    "SHA256_EMAIL": DANA_256,
    "SHA512_EMAIL": DANA_512,
    "GOOGLE_AID": DEVICE,
    "firstName": "Alex",
    "lastName": "Keener",
    "title": "Engineer",
    "company": "Acme Corp",
    "country": "US",
}
IDS = [
    {"idType": "SHA256_EMAIL", "idValue": DANA_256},
    {"idType": "SHA512_EMAIL", "idValue": DANA_512},
    {"idType": "GOOGLE_AID", "idValue": DEVICE},
]
FIRM = {
    "companyName": "Acme Corp",
    "companyWebsiteDomain": "acme.com",
    "organizationUrn": "urn:li:organization:1035",
    "industries": ["Technology", "Software"],
    "country": "US",
}


def asked(script: Script) -> Any:
    return [each.json["elements"] for each in script.requests]


def test_a_person_travels_with_all_ids_and_all_that_describes_them(speak: Speak) -> None:
    with platform(results(201)) as script:
        CONNECTOR.send(speak(script), SEGMENT, "add", [PlanRow(1, PERSON)])
    [request] = script.requests
    others = {name: value for name, value in PERSON.items() if name[0].islower()}
    assert request.json == {"elements": [{"action": "ADD", "userIds": IDS, **others}]}
    assert (request.method, request.target) == ("POST", f"/rest/dmpSegments/{SEGMENT}/users")
    assert request.headers["x-restli-method"] == "BATCH_CREATE"
    assert request.headers["linkedin-version"] == "202608"
    assert request.headers["x-restli-protocol-version"] == "2.0.0"
    assert request.headers["authorization"] == "Bearer sandbox-token"


def test_a_removal_names_ids_and_nothing_else(speak: Speak) -> None:
    with platform(results(201)) as script:
        CONNECTOR.send(speak(script), SEGMENT, "remove", [PlanRow(1, PERSON)])
    assert asked(script) == [[{"action": "REMOVE", "userIds": IDS}]]


def test_a_company_is_added_with_everything_and_removed_by_what_it_was_added_by(speak: Speak) -> None:
    with platform(results(201)) as script:
        linkedin = speak(script, audience=COMPANIES)
        CONNECTOR.send(linkedin, SEGMENT, "add", [PlanRow(1, FIRM)])
        CONNECTOR.send(linkedin, SEGMENT, "remove", [PlanRow(1, FIRM)])
    named = {name: FIRM[name] for name in ("companyName", "companyWebsiteDomain", "organizationUrn")}
    assert asked(script) == [[{"action": "ADD", **FIRM}], [{"action": "REMOVE", **named}]]
    assert {each.target for each in script.requests} == {f"/rest/dmpSegments/{SEGMENT}/companies"}


def test_identical_elements_are_sent_once_and_the_result_is_that_of_all_their_rows(speak: Speak) -> None:
    rows = [PlanRow(at, {"SHA256_EMAIL": token * 64}) for at, token in enumerate("abab", 1)]
    with platform(results(201, 400)) as script:
        receipt = CONNECTOR.send(speak(script), SEGMENT, "add", rows)
    assert [len(each) for each in asked(script)] == [2]
    assert set(receipt.rejected) == {1, 3}
    assert receipt.rejected[1][0] == "element_refused"
    assert "status 400" in receipt.rejected[1][1]


def test_each_element_has_a_verdict_of_its_own(speak: Speak, sandbox: Sandbox, segment: str) -> None:
    rows = [*people(2), PlanRow(3, {"SHA256_EMAIL": "short"}), *people(2, 4)]
    receipt = CONNECTOR.send(speak(sandbox), segment, "add", rows)
    assert list(receipt.rejected) == [2]
    assert len(sandbox.members(segment)) == 4


@pytest.mark.parametrize("status", [429, 500, 503, 409])
def test_an_element_worth_another_try_is_sent_again_alone(speak: Speak, status: int, time: Time) -> None:
    with platform(results(201, status, 201), results(201)) as script:
        receipt = CONNECTOR.send(speak(script), SEGMENT, "add", people(3))
    first, second = asked(script)
    assert second == [first[1]]
    assert (receipt.rejected, receipt.doubtful) == ({}, {})
    assert time.slept == [60.0 if status == 429 else 2.0]


def test_results_that_are_missing_are_never_a_success(speak: Speak) -> None:
    with platform(results(201), results()) as script:
        receipt = CONNECTOR.send(speak(script), SEGMENT, "add", people(3))
    assert [len(each) for each in asked(script)] == [3, 2, 2, 2]
    assert {at: code for at, (code, _) in receipt.doubtful.items()} == {1: "no_result", 2: "no_result"}


def test_results_that_are_too_many_say_nothing(speak: Speak) -> None:
    with platform(results(201, 201, 201), results(201, 400)) as script:
        receipt = CONNECTOR.send(speak(script), SEGMENT, "add", people(2))
    assert len(asked(script)) == 2
    assert list(receipt.rejected) == [1]


@pytest.mark.parametrize("nonsense", [None, {}, {"status": "201"}, {"status": True}, {"status": 99}, "201"])
def test_a_result_that_cannot_be_read_is_none(nonsense: Any) -> None:
    [fate] = fates({"elements": [nonsense]}, 1)
    assert fate is not None and fate.again and not fate.certain


@pytest.mark.parametrize(("status", "doubtful"), [(429, False), (409, False), (503, True)])
def test_an_element_that_never_gets_a_verdict_is_a_failure_or_in_doubt(
    speak: Speak, status: int, doubtful: bool
) -> None:
    with platform(results(201, status), results(status)) as script:
        receipt = CONNECTOR.send(speak(script), SEGMENT, "add", people(2))
    assert len(script.requests) == 4
    assert (set(receipt.rejected), set(receipt.doubtful)) == ((set(), {1}) if doubtful else ({1}, set()))


def test_what_happens_to_the_second_try_does_not_touch_the_rows_of_the_first(speak: Speak) -> None:
    with platform(results(201, 429), told(401)) as script:
        receipt = CONNECTOR.send(speak(script), SEGMENT, "add", people(2))
    assert receipt.http_status == 200
    assert (list(receipt.rejected), receipt.doubtful) == ([1], {})
    with platform(results(201, 429), told(500)) as script:
        receipt = CONNECTOR.send(speak(script, retry_attempts=1), SEGMENT, "add", people(2))
    assert (receipt.rejected, list(receipt.doubtful)) == ({}, [1])


def test_the_receipt_has_the_id_that_linkedins_support_asks_for(speak: Speak) -> None:
    with platform(results(201)) as script:
        assert CONNECTOR.send(speak(script), SEGMENT, "add", people(1)).request_id == "AAY-1/2+3=="
    with platform(answer({"elements": [{"status": 201}]}, 200, {"x-li-request-id": "one two"})) as script:
        assert CONNECTOR.send(speak(script), SEGMENT, "add", people(1)).request_id is None


@pytest.mark.parametrize(
    ("status", "code", "name", "kind", "certain"),
    [
        (400, "", "bad_request", Rejected, True),
        (401, "", "token_refused", Denied, True),
        (403, "", "no_permission", Denied, True),
        (404, "", "missing", Denied, True),
        (409, "", "write_conflict", Unavailable, True),
        (411, "", "length_required", Rejected, True),
        (413, "", "too_large", Rejected, True),
        (426, "NONEXISTENT_VERSION", "version_ended", Denied, True),
        (429, "TOO_MANY_REQUESTS", "throttled", Unavailable, True),
        (429, "SEGMENT_LIMIT_EXCEEDED", "segment_limit", Denied, True),
        (500, "", "server_fault", Unavailable, False),
        (503, "", "server_fault", Unavailable, False),
        (504, "", "server_fault", Unavailable, False),
    ],
)
def test_every_refusal_is_named_by_what_to_do(
    speak: Speak, status: int, code: str, name: str, kind: type, certain: bool
) -> None:
    with platform(told(status, code=code)) as script:
        error = failure(speak(script))
    assert (error.code, type(error), error.certain) == (name, kind, certain)
    assert error.request_id == "AAY-1/2+3=="
    assert "mary" not in str(error)


def test_a_throttle_is_waited_out_a_few_times_and_then_until_midnight(speak: Speak, time: Time) -> None:
    with platform(told(429)) as script:
        error = failure(speak(script))
    assert len(script.requests) == 4
    assert time.slept == [60.0] * 3
    assert "after 00:00 UTC" in str(error)


def test_a_proxys_page_is_no_refusal_of_linkedins(speak: Speak) -> None:
    with platform(answer(b"<html>", 404, kind="text/html")) as script:
        assert failure(speak(script, retry_attempts=1)).certain is False


def test_the_preview_shows_the_request_without_its_token(speak: Speak, sandbox: Sandbox) -> None:
    shown = CONNECTOR.preview(speak(sandbox), SEGMENT, "remove", [PlanRow(1, PERSON), PlanRow(2, PERSON)])
    assert shown["json"] == {"elements": [{"action": "REMOVE", "userIds": IDS}]}
    assert shown["headers"]["Authorization"] == "Bearer ***"
    assert "sandbox-token" not in json.dumps(shown)
    assert sandbox.requests == []


@pytest.mark.parametrize("kind", ["USER", "COMPANY"])
def test_the_fields_offered_are_those_of_the_type(kind: str) -> None:
    sync = sync_of("https://example.com", audience=by_id("1", kind))
    names = [each.name for each in fit(sync.destination, sync.audience, None).fields]
    assert ("SHA256_EMAIL" in names, "companyName" in names) == ((True, False) if kind == "USER" else (False, True))
    assert "country" in names


def test_a_company_is_known_by_all_its_identifiers_together_a_person_by_each() -> None:
    sync = sync_of("https://example.com")
    assert fit(sync.destination, sync.audience, None).identity == "identifiers"
    assert fit(sync.destination, COMPANIES, None).identity == "together"
