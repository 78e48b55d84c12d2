"""The requests that add and remove members: their form, what a success is, and what becomes of refused ones."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from tests.google.case import (
    ADDRESS,
    AUDIENCE,
    DANA,
    PHONE,
    PRIVATE,
    ROWS,
    TOKEN,
    Speak,
    failure,
    hashed,
    people,
    refused,
    violation,
)
from tests.google.judges import judge
from tests.scripted import Time, answer, platform
from warehouse_sync.connectors.google import CONNECTOR
from warehouse_sync.errors import Denied, Rejected, Unavailable
from warehouse_sync.model import AudienceSpec, Later, PlanRow
from warehouse_sync.sandbox import Sandbox
from warehouse_sync.sandbox.google import ACCOUNT, MANAGER

TAKEN = answer({"requestId": "126365e1-16d0"})
CRM = AudienceSpec(name="VIP", settings={"list_type": "CRM_ID"})
MOBILE = AudienceSpec(name="VIP", settings={"list_type": "MOBILE_ADVERTISING_ID", "app_id": "123456789"})
DEVICE = "EA7583CD-A667-48BC-B806-42ECB2B48606"
GRANTED = {"AD_USER_DATA_CONSENT": "granted", "AD_PERSONALIZATION_CONSENT": "unspecified"}


def body(speak: Speak, action: Any, *rows: dict[str, Any], **more: Any) -> Any:
    """The body of a page's request, judged by Google's own messages."""
    page = [PlanRow(at, row) for at, row in enumerate(rows)]
    with platform(TOKEN, TAKEN) as script:
        CONNECTOR.send(speak(script, **more), AUDIENCE, action, page)
        found = script.requests[1].json
    judge("remove" if action == "remove" else "ingest", found)
    return found


def test_a_member_has_all_its_identifiers_and_the_request_the_consent_of_all(speak: Speak) -> None:
    assert body(speak, "add", {"EMAIL": DANA, "PHONE": PHONE, "ADDRESS": ADDRESS, **GRANTED}, {"PHONE": PHONE}) == {
        "destinations": [
            {
                "operatingAccount": {"accountType": "GOOGLE_ADS", "accountId": ACCOUNT},
                "productDestinationId": AUDIENCE,
            }
        ],
        "audienceMembers": [
            {
                "userData": {
                    "userIdentifiers": [
                        {"emailAddress": DANA},
                        {"phoneNumber": PHONE},
                        {
                            "address": {
                                "givenName": hashed("dana"),
                                "familyName": hashed("quinn"),
                                "regionCode": "US",
                                "postalCode": "94043",
                            }
                        },
                    ]
                }
            },
            {"userData": {"userIdentifiers": [{"phoneNumber": PHONE}]}},
        ],
        "encoding": "HEX",
        "termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"},
        "consent": {"adUserData": "CONSENT_GRANTED"},
    }


def test_a_removal_has_neither_consent_nor_terms(speak: Speak) -> None:
    found = body(speak, "remove", {"EMAIL": DANA, **GRANTED})
    assert set(found) == {"destinations", "audienceMembers", "encoding"}


def test_without_consent_nothing_is_said_of_it(speak: Speak) -> None:
    assert "consent" not in body(speak, "add", {"EMAIL": DANA, "AD_USER_DATA_CONSENT": "unspecified"})


def test_ids_of_customers_and_devices_travel_as_they_are(speak: Speak) -> None:
    [member] = body(speak, "add", {"USER_ID": "c-1"}, audience=CRM)["audienceMembers"]
    assert member == {"userIdData": {"userId": "c-1"}}
    found = body(speak, "add", {"MOBILE_ID": DEVICE}, audience=MOBILE)
    assert found["audienceMembers"] == [{"mobileData": {"mobileIds": [DEVICE]}}]
    assert "encoding" not in found


def test_contacts_can_be_sent_in_the_other_form_that_google_shows(speak: Speak) -> None:
    [member] = body(speak, "add", {"EMAIL": DANA}, contact_data="composite_data")["audienceMembers"]
    assert member == {"compositeData": {"userData": {"userIdentifiers": [{"emailAddress": DANA}]}}}


def test_the_manager_is_in_the_body_of_a_change_of_members(speak: Speak) -> None:
    [to] = body(speak, "add", {"EMAIL": DANA}, login_customer_id=MANAGER)["destinations"]
    assert to["loginAccount"] == {"accountType": "GOOGLE_ADS", "accountId": MANAGER}


@pytest.mark.parametrize(("action", "verb"), [("add", "ingest"), ("remove", "remove")])
def test_members_are_added_and_removed_by_their_own_calls(speak: Speak, action: Any, verb: str) -> None:
    with platform(TOKEN, TAKEN) as script:
        CONNECTOR.send(speak(script, developer_token="dev-1", login_customer_id=MANAGER), AUDIENCE, action, ROWS)
        asked = script.requests[1]
    assert (asked.method, asked.target) == ("POST", f"/v1/audienceMembers:{verb}")
    assert asked.headers["authorization"] == "Bearer ya29.x"
    assert not {"developer-token", "login-customer-id", "login-account"} & set(asked.headers)


@pytest.mark.parametrize("count", [0, 10_001])
def test_a_page_has_at_least_one_row_and_at_most_ten_thousand(speak: Speak, count: int) -> None:
    with platform(TOKEN, TAKEN) as script:
        with pytest.raises(ValueError, match="1 to 10000 rows"):
            CONNECTOR.send(speak(script), AUDIENCE, "add", ROWS * count)
        assert script.requests == []


# What a success is.


def test_a_success_is_only_received_and_asked_for_by_its_id(speak: Speak) -> None:
    with platform(TOKEN, TAKEN) as script:
        receipt = CONNECTOR.send(speak(script), AUDIENCE, "add", ROWS)
    assert (receipt.accepted, receipt.reference, receipt.rejected) == (True, "126365e1-16d0", {})


@pytest.mark.parametrize("odd", [{}, {"requestId": 7}, {"requestId": ""}, {"requestId": PRIVATE}, [], "well"])
def test_a_success_without_an_id_is_none(speak: Speak, odd: Any) -> None:
    with platform(TOKEN, answer(odd)) as script:
        error = failure(speak(script, retry_attempts=2))
    assert (type(error), error.certain) == (Unavailable, False)
    assert PRIVATE not in str(error)


def test_warnings_are_counted_and_not_told(speak: Speak, caplog: pytest.LogCaptureFixture) -> None:
    warned = answer({"requestId": "r-1", "fieldWarnings": [{"description": PRIVATE}] * 3})
    with caplog.at_level(logging.WARNING), platform(TOKEN, warned) as script:
        assert CONNECTOR.send(speak(script), AUDIENCE, "add", ROWS).accepted
    assert "warns of 3 optional values" in caplog.text
    assert PRIVATE not in caplog.text


# A refusal that names its rows.


def sent(script: Any) -> list[int]:
    """How many members each request had."""
    return [len(each.json["audienceMembers"]) for each in script.requests[1:]]


def test_rows_that_a_refusal_names_are_left_out_and_the_others_sent_at_once(speak: Speak) -> None:
    named = refused(400, violation(1, "INVALID_SHA256_FORMAT"), violation(3, "A_REASON_OF_TOMORROW"))
    with platform(TOKEN, named, TAKEN) as script:
        receipt = CONNECTOR.send(speak(script), AUDIENCE, "add", people(5))
        assert sent(script) == [5, 3]
    assert (receipt.accepted, receipt.reference) == (True, "126365e1-16d0")
    assert {place: code for place, (code, _) in receipt.rejected.items()} == {
        1: "invalid_sha256_format",
        3: "a_reason_of_tomorrow",
    }
    assert receipt.rejected[1][1] == (
        "Google refused the row for EMAIL: the hash is not one of SHA-256. Google's reason: INVALID_SHA256_FORMAT."
    )


def test_places_that_later_refusals_name_are_those_of_what_was_sent_then(speak: Speak) -> None:
    first, second = refused(400, violation(0, "INVALID_FORMAT")), refused(400, violation(0, "INVALID_FORMAT"))
    with platform(TOKEN, first, second, TAKEN) as script:
        receipt = CONNECTOR.send(speak(script), AUDIENCE, "add", people(4))
        assert sent(script) == [4, 3, 2]
    assert set(receipt.rejected) == {0, 1}


@pytest.mark.parametrize(
    "path",
    ["audience_members[2]", "audienceMembers[2].userData", "audience_members.audience_members[2].user_data"],
)
def test_a_row_is_known_however_its_place_is_spelt(speak: Speak, path: str) -> None:
    named = refused(400, {"field": path, "description": "x", "reason": "INVALID_AUDIENCE_MEMBER"})
    with platform(TOKEN, named, TAKEN) as script:
        assert set(CONNECTOR.send(speak(script), AUDIENCE, "add", people(3)).rejected) == {2}


@pytest.mark.parametrize(
    ("path", "field"),
    [("user_data.user_identifiers[0]", "EMAIL"), ("user_data.user_identifiers[1].address.postal_code", "POSTAL_CODE"),
     ("user_data.user_identifiers[1]", "ADDRESS"), ("user_data.user_identifiers[1].address.region_code", "COUNTRY")],
)  # fmt: skip
def test_the_field_that_a_refusal_is_about_is_named(speak: Speak, path: str, field: str) -> None:
    with platform(TOKEN, refused(400, violation(0, "INVALID_POSTAL_CODE", path))) as script:
        rows = [PlanRow(0, {"EMAIL": DANA, "ADDRESS": ADDRESS})]
        receipt = CONNECTOR.send(speak(script), AUDIENCE, "add", rows)
    assert f"for {field}:" in receipt.rejected[0][1]


def test_where_every_row_is_named_nothing_more_is_sent(speak: Speak) -> None:
    named = refused(400, violation(0, "INVALID_FORMAT"), violation(1, "INVALID_FORMAT"))
    with platform(TOKEN, named) as script:
        receipt = CONNECTOR.send(speak(script), AUDIENCE, "add", people(2))
        assert sent(script) == [2]
    assert (receipt.accepted, set(receipt.rejected), receipt.request_id) == (False, {0, 1}, "req-1")


def test_a_refusal_that_names_no_row_is_halved_by_the_core(speak: Speak) -> None:
    for refusal in (refused(400), refused(400, violation(0, "X", "x"), {"field": "encoding", "reason": "X"})):
        with platform(TOKEN, refusal) as script:
            error = failure(speak(script), rows=people(2))
        assert (type(error), error.certain, error.code) == (Rejected, True, "bad_request")


def test_a_place_that_was_not_sent_is_no_row(speak: Speak) -> None:
    with platform(TOKEN, refused(400, violation(9, "INVALID_FORMAT"))) as script:
        error = failure(speak(script), rows=people(2))
        assert sent(script) == [2]
    assert (type(error), error.certain) == (Rejected, True)


def test_a_refusal_that_goes_on_naming_rows_ends(speak: Speak) -> None:
    with platform(TOKEN, refused(400, violation(0, "INVALID_FORMAT"))) as script:
        error = failure(speak(script), rows=people(20))
        assert sent(script) == list(range(20, 10, -1))
    assert (type(error), error.certain) == (Rejected, True)


def test_the_sandbox_names_rows_whose_hash_is_none(speak: Speak) -> None:
    rows = people(3)
    rows[1] = PlanRow(1, {"EMAIL": "ab" * 31})
    with Sandbox.start() as sandbox:
        audience = sandbox.create_audience("VIP", platform="google")
        receipt = CONNECTOR.send(speak(sandbox), audience, "add", rows)
        assert (receipt.accepted, set(receipt.rejected)) == (True, {1})
        assert len(sandbox.members(audience)) == 2


# What is done about each refusal.


@pytest.mark.parametrize(
    ("refusal", "kind", "code"),
    [
        (refused(401, word="UNAUTHENTICATED", reason="ACCESS_TOKEN_EXPIRED"), Denied, "token_refused"),
        (refused(403, reason="PERMISSION_DENIED"), Denied, "no_permission"),
        (refused(403, reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT"), Denied, "scope_missing"),
        (refused(403, reason="SERVICE_DISABLED"), Denied, "api_disabled"),
        (refused(403, reason="USER_PROJECT_DENIED"), Denied, "quota_project_refused"),
        (refused(403, reason="NOT_ALLOWLISTED"), Denied, "not_allowlisted"),
        (refused(400, reason="TERMS_AND_CONDITIONS_NOT_SIGNED"), Denied, "terms_not_signed"),
        (refused(400, reason="EU_POLITICAL_ADVERTISING_DECLARATION_REQUIRED"), Denied, "political_declaration"),
        (refused(400, {"field": "destinations[0]", "reason": "INVALID_USER_LIST_ID"}), Denied, "missing"),
        (refused(400, violation(0, "INVALID_USER_LIST_TYPE")), Denied, "list_type"),
        (refused(404, reason="NOT_FOUND"), Denied, "missing"),
        (refused(400), Rejected, "bad_request"),
        (refused(400, reason="A_REASON_OF_TOMORROW"), Rejected, "bad_request"),
        (refused(413), Rejected, "too_large"),
        (refused(409, reason="ABORTED"), Unavailable, "write_conflict"),
        (refused(429, reason="RATE_LIMIT_EXCEEDED"), Unavailable, "throttled"),
        (refused(500, reason="INTERNAL_ERROR"), Unavailable, "server_fault"),
        (refused(503), Unavailable, "server_fault"),
    ],
)
def test_a_refusal_is_named_by_what_is_to_be_done(speak: Speak, refusal: Any, kind: type, code: str) -> None:
    with platform(TOKEN, refusal, *([TOKEN, refusal] if code == "token_refused" else [])) as script:
        error = failure(speak(script, retry_attempts=2))
    assert (type(error), error.code) == (kind, code)
    assert error.certain is (code != "server_fault")
    assert "Google's own words" not in str(error)


def test_a_limit_of_the_day_ends_the_run_at_once(speak: Speak, time: Time) -> None:
    limit = refused(429, reason="RATE_LIMIT_EXCEEDED", quota_limit="IngestionMutateRequestsPerDayPerProject")
    with platform(TOKEN, limit) as script:
        error = failure(speak(script))
        assert len(script.requests) == 2
    assert (type(error), error.code, error.certain) == (Unavailable, "throttled_day", True)
    assert time.slept == []


def test_a_limit_of_the_minute_is_waited_for(speak: Speak, time: Time) -> None:
    limit = refused(429, reason="RATE_LIMIT_EXCEEDED", quota_limit="IngestionMutateRequestsPerMinutePerProject")
    with platform(TOKEN, limit, TAKEN) as script:
        assert CONNECTOR.send(speak(script), AUDIENCE, "add", ROWS).accepted
    assert time.slept == [60.0]


def test_an_ended_token_is_renewed_once(sandbox: Sandbox, speak: Speak, audience: str, time: Time) -> None:
    google = speak(sandbox)
    sandbox.fault("expired_token", kind="users", platform="google")
    assert CONNECTOR.send(google, audience, "add", ROWS).accepted
    assert [each.kind for each in sandbox.requests] == ["token", "add", "token", "add"]
    sandbox.fault("expired_token", kind="users", platform="google", times=None)
    error = failure(google, audience=audience)
    assert (type(error), error.code) == (Denied, "token_refused")
    assert [each.kind for each in sandbox.requests][4:] == ["add", "token", "add"]


def test_a_token_is_renewed_before_it_ends(sandbox: Sandbox, speak: Speak, audience: str, time: Time) -> None:
    google = speak(sandbox)
    for _ in range(2):
        CONNECTOR.send(google, audience, "add", ROWS)
        time.now += 3400
    assert [each.kind for each in sandbox.requests] == ["token", "add", "token", "add"]


def test_credentials_that_are_refused_stop_the_sync_and_are_never_shown(sandbox: Sandbox, speak: Speak) -> None:
    for given, code in (({"refresh_token": "canary"}, "reauthorise"), ({"client_secret": "canary"}, "client_refused")):
        error = failure(speak(sandbox, **given))
        assert (type(error), error.code, error.certain) == (Denied, code, True)
        assert "canary" not in repr(vars(error))


@pytest.mark.parametrize(
    ("answered", "code"),
    [
        (answer({"error": "invalid_grant"}, 400), "reauthorise"),
        (answer({"error": "invalid_request"}, 400), "reauthorise"),
        (answer({"error": "a_word_of_tomorrow"}, 400), "reauthorise"),
        (answer({"error": "invalid_scope"}, 400), "scope_missing"),
        (answer({"error": "unauthorized_client"}, 400), "client_refused"),
        (answer("<html>", 404), "missing"),
    ],
)
def test_a_token_that_is_not_given_stops_the_sync_and_halves_no_page(speak: Speak, answered: Any, code: str) -> None:
    with platform(answered) as script:
        error = failure(speak(script))
        assert len(script.requests) == 1
    assert (type(error), error.code, error.certain) == (Denied, code, True)


def test_a_404_that_is_not_googles_stops_the_sync(speak: Speak) -> None:
    with platform(TOKEN, answer("<html>", 404)) as script:
        error = failure(speak(script))
    assert (type(error), error.code, error.certain) == (Denied, "missing", False)
    assert "base_url" in str(error)


def test_the_list_is_emptied_as_of_now(sandbox: Sandbox, speak: Speak, audience: str) -> None:
    google = speak(sandbox)
    CONNECTOR.send(google, audience, "add", people(3))
    assert CONNECTOR.clear is not None
    receipt = CONNECTOR.clear(google, audience)
    assert receipt.accepted and receipt.reference
    assert sandbox.requests[-1].path == "/v1/audienceMembers:removeAll"


# What becomes of a request later.


def told(status: str, **counts: str) -> Any:
    errors = [{"reason": f"PROCESSING_ERROR_REASON_{name}", "recordCount": count} for name, count in counts.items()]
    block = {"requestStatus": status, **({"errorInfo": {"errorCounts": errors}} if errors else {})}
    return answer({"requestStatusPerDestination": [block]})


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (told("PROCESSING"), Later("pending")),
        (told("REQUEST_STATUS_UNKNOWN"), Later("pending")),
        (told("A_STATUS_OF_TOMORROW"), Later("pending")),
        (answer({"requestStatusPerDestination": []}), Later("pending")),
        (told("SUCCESS"), Later("succeeded")),
        (told("FAILED"), Later("failed", "failed", "Google processed no row of the request.")),
        (
            told("FAILED", NO_CONSENT="2"),
            Later("failed", "google_no_consent", "Google processed no row of the request: 2 NO_CONSENT."),
        ),
        (
            told("PARTIAL_SUCCESS", INTERNAL_ERROR="1", NO_CONSENT="3"),
            Later(
                "partial",
                "google_no_consent",
                "Google processed only some rows of the request: 1 INTERNAL_ERROR; 3 NO_CONSENT.",
            ),
        ),
    ],
)
def test_the_verdict_is_what_google_says_with_its_reasons_counted(speak: Speak, status: Any, verdict: Later) -> None:
    with platform(TOKEN, status) as script:
        assert CONNECTOR.poll is not None
        assert CONNECTOR.poll(speak(script), AUDIENCE, "r-1") == verdict
        assert script.requests[1].target == "/v1/requestStatus:retrieve?requestId=r-1"


@pytest.mark.parametrize("days", [0, 51])
def test_a_request_that_google_has_forgotten_is_in_doubt(
    sandbox: Sandbox, speak: Speak, audience: str, days: int
) -> None:
    google = speak(sandbox)
    reference = str(CONNECTOR.send(google, audience, "add", ROWS).reference) if days else "never-heard-of"
    sandbox.advance(days * 86_400)
    assert CONNECTOR.poll is not None
    found = CONNECTOR.poll(google, audience, reference)
    assert (found.status, found.error_code) == ("in_doubt", "request_forgotten")


def test_while_nothing_is_done_ever_fewer_requests_are_asked_about(speak: Speak, time: Time) -> None:
    assert CONNECTOR.poll is not None
    with platform(TOKEN, told("PROCESSING")) as script:
        google = speak(script)
        verdicts = {CONNECTOR.poll(google, AUDIENCE, f"r-{at}") for at in range(200)}
        assert (verdicts, len(script.requests) - 1) == ({Later("pending")}, 49)
        time.draw = 0.99
        assert CONNECTOR.poll(google, AUDIENCE, "r-x") == Later("pending")
        assert len(script.requests) - 1 == 49


def test_as_soon_as_one_is_done_the_others_are_asked_about_again(speak: Speak, time: Time) -> None:
    assert CONNECTOR.poll is not None
    with platform(TOKEN, *[told("PROCESSING")] * 25, told("SUCCESS"), told("PROCESSING")) as script:
        google, time.draw = speak(script), 0.0
        for at in range(26):
            CONNECTOR.poll(google, AUDIENCE, f"r-{at}")
        time.draw = 0.99
        for at in range(10):
            CONNECTOR.poll(google, AUDIENCE, f"s-{at}")
        assert len(script.requests) - 1 == 36


def test_what_cannot_be_asked_now_is_told_as_such(speak: Speak) -> None:
    assert CONNECTOR.poll is not None
    with platform(TOKEN, refused(503)) as script, pytest.raises(Unavailable):
        CONNECTOR.poll(speak(script, retry_attempts=2), AUDIENCE, "r-1")
    with platform(TOKEN, refused(403, reason="PERMISSION_DENIED")) as script, pytest.raises(Denied):
        CONNECTOR.poll(speak(script), AUDIENCE, "r-1")


def test_a_preview_is_the_request_that_is_sent(sandbox: Sandbox, speak: Speak, audience: str) -> None:
    google = speak(sandbox)
    for action in ("add", "remove"):
        shown = CONNECTOR.preview(google, audience, action, people(2))
        CONNECTOR.send(google, audience, action, people(2))
        assert shown["json"] == sandbox.requests[-1].body
        assert shown["url"].endswith(sandbox.requests[-1].path)
        assert "sandbox-" not in json.dumps(shown["headers"])
