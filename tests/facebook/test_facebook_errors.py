"""Every error of the documents, and every fault of the platform."""

from __future__ import annotations

import json
import logging
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.facebook.case import MARY, PRIVATE, ROWS, Speak, failure
from tests.scripted import Time
from warehouse_sync.connectors.facebook import CONNECTOR
from warehouse_sync.connectors.facebook_errors import KNOWN, classify
from warehouse_sync.connectors.facebook_usage import usage
from warehouse_sync.errors import Denied, DestinationError, Rejected, Unavailable
from warehouse_sync.http import Reply
from warehouse_sync.model import PlanRow
from warehouse_sync.sandbox import Sandbox

# Errors. Every row of the documents' table, written down a second time: (code, subcode), class, our code.

TABLE: list[tuple[int, int | None, str, str]] = [
    (1, None, "retry", "server_fault"),
    (2, None, "retry", "server_fault"),
    (1, 99, "retry", "server_fault"),
    *((code, None, "wait", "throttled") for code in (4, 17, 32, 341, 613, 80000, 80003, 80004, 80014)),
    *((613, sub, "wait", "throttled") for sub in (1996, 1487742, 5044001)),
    (17, 2446079, "wait", "throttled"),
    (2650, 1870145, "busy", "audience_busy"),
    (2650, 1870148, "retry", "partially_updated"),
    *((2650, sub, "retry", "session_broken") for sub in (1870147, 1870158, 1870159)),
    (2650, 1870144, "denied", "audience_too_large"),
    (2650, None, "denied", "update_failed"),
    (2650, 12345, "denied", "update_failed"),
    *((code, None, "rejected", "bad_request") for code in (100, 105, 194, 2500)),
    (100, 33, "denied", "audience_missing"),
    *((100, sub, "denied", "audience_flagged") for sub in (1713228, 1713230, 1713231)),
    (190, None, "denied", "token_invalid"),
    (190, 463, "denied", "token_expired"),
    *((190, sub, "denied", "token_invalid") for sub in (458, 459, 460, 464, 467, 492)),
    (102, None, "denied", "token_invalid"),
    *((code, None, "denied", "no_permission") for code in (3, 10, 200, 270, 294)),
    (200, 1870050, "denied", "app_tier"),
    (200, 1870034, "denied", "terms_not_accepted"),
    (200, 1870090, "denied", "terms_not_accepted"),
    (2655, None, "denied", "terms_not_accepted"),
    (200, 1870047, "rejected", "refused_min_size"),
    (368, None, "denied", "blocked"),
    (803, None, "retry", "audience_not_ready"),
    (2635, None, "denied", "api_version"),
    (2656, None, "denied", "audience_in_use"),
    (1487301, None, "denied", "audience_missing"),
    (1487366, None, "denied", "audience_missing"),
    (21009, None, "retry", "server_fault"),
]
APPLIED_PERHAPS = {"server_fault", "partially_updated", "session_broken"}


def error_body(code: int, subcode: int | None = None, **more: Any) -> dict[str, Any]:
    error = {"message": PRIVATE, "type": "OAuthException", "code": code, "fbtrace_id": "AbC-1_x", **more}
    return {"error": error if subcode is None else {**error, "error_subcode": subcode}}


@pytest.mark.parametrize("status", [200, 400, 403])
@pytest.mark.parametrize(("code", "subcode", "kind", "name"), TABLE)
def test_every_error_is_judged_by_code_and_subcode(
    code: int, subcode: int | None, kind: str, name: str, status: int
) -> None:
    verdict = classify(Reply(status, {}, error_body(code, subcode, error_user_msg=PRIVATE)))
    assert (verdict.kind, verdict.code) == (kind, name)
    assert verdict.certain is (name not in APPLIED_PERHAPS)
    assert verdict.request_id == "AbC-1_x"
    assert PRIVATE not in verdict.reason
    suffix = "" if subcode is None else f" and sub-code: {subcode}"
    assert verdict.reason.endswith(f". Facebook responded with error code: {code}{suffix}")


def test_the_table_in_the_code_has_no_row_the_documents_lack() -> None:
    assert {row for known in KNOWN for row in known.codes} <= {(code, sub) for code, sub, _, _ in TABLE}


def test_every_denial_says_what_to_do() -> None:
    assert [known.name for known in KNOWN if known.kind == "denied" and not known.remedy] == []


@pytest.mark.parametrize("status", [500, 503])
def test_a_refusal_that_comes_with_a_server_fault_proves_nothing(status: int) -> None:
    assert not classify(Reply(status, {}, error_body(100))).certain
    assert classify(Reply(status, {}, error_body(80003))).certain


def test_a_passing_fault_is_retried_whatever_its_code() -> None:
    verdict = classify(Reply(400, {}, error_body(123456, is_transient=True)))
    assert (verdict.kind, verdict.certain) == ("retry", False)
    assert classify(Reply(400, {}, error_body(200, 1870047, is_transient=True))).code == "refused_min_size"


@pytest.mark.parametrize(
    ("status", "body", "kind", "certain"),
    [
        (400, error_body(999_999), "rejected", True),
        (500, error_body(999_999), "retry", False),
        (200, error_body(999_999), "retry", False),
        (200, {"error": "Service Unavailable"}, "retry", False),
        (200, {"error": {}}, "retry", False),
        (200, {"error": {"code": True}}, "retry", False),
        (200, {"error": {"code": "190"}}, "retry", False),
        (200, [], "retry", False),
        (200, "Service Unavailable", "retry", False),
        (201, {"num_received": 1}, "retry", False),
    ],
)
def test_errors_nobody_documented(status: int, body: Any, kind: str, certain: bool) -> None:
    verdict = classify(Reply(status, {}, body))
    assert (verdict.kind, verdict.certain) == (kind, certain)


@pytest.mark.parametrize("given", ["a b", "x" * 65, PRIVATE, "<script>"])
def test_a_request_id_without_the_form_of_one_is_not_kept(given: str) -> None:
    assert classify(Reply(400, {}, error_body(100, fbtrace_id=given))).request_id is None


def test_the_request_id_may_come_in_a_header() -> None:
    assert classify(Reply(502, {"x-fb-trace-id": "T1"}, None, "not_json")).request_id == "T1"


# Faults of the platform, end to end.

FAULTS: list[tuple[str, type[DestinationError], str, bool]] = [
    ("bad_parameter", Rejected, "bad_request", True),
    ("bad_token", Denied, "token_invalid", True),
    ("expired_token", Denied, "token_expired", True),
    ("blocked", Denied, "blocked", True),
    ("busy", Unavailable, "audience_busy", True),
    ("error_in_200", Unavailable, "server_fault", False),
    ("failed_update", Denied, "update_failed", True),
    ("flagged", Denied, "audience_flagged", True),
    ("missing", Denied, "audience_missing", True),
    ("not_yet", Unavailable, "audience_not_ready", True),
    ("old_version", Denied, "api_version", True),
    ("partial", Unavailable, "partially_updated", False),
    ("permission", Denied, "no_permission", True),
    ("terms", Denied, "terms_not_accepted", True),
    ("throttled", Unavailable, "throttled", True),
    ("throttled_429", Unavailable, "throttled", True),
    ("throttled_user", Unavailable, "throttled", True),
    ("too_small", Rejected, "refused_min_size", True),
    ("transient", Unavailable, "server_fault", False),
    ("unknown", Unavailable, "server_fault", False),
    ("html", Unavailable, "unexpected_content_type", False),
    ("html_413", Rejected, "too_large", True),
    ("html_502", Unavailable, "server_fault", False),
    ("huge", Unavailable, "answer_too_large", False),
    ("gzip_bomb", Unavailable, "answer_too_large", False),
    ("not_json", Unavailable, "not_json", False),
    ("empty", Unavailable, "empty_answer", False),
    ("no_content", Unavailable, "empty_answer", False),
    ("reset_before", Unavailable, "broken_answer", False),
    ("reset_after", Unavailable, "broken_answer", False),
    ("truncated", Unavailable, "broken_answer", False),
]


@pytest.mark.parametrize("action", ["add", "update", "remove"])
@pytest.mark.parametrize(("fault", "kind", "code", "certain"), FAULTS)
def test_a_fault_that_stays_ends_as_the_error_it_is(
    sandbox: Sandbox, speak: Speak, action: str, fault: str, kind: type, code: str, certain: bool
) -> None:
    audience = sandbox.create_audience("VIP")
    sandbox.fault(fault, kind="users", times=None)
    error = failure(speak(sandbox, retry_attempts=3), action, audience)
    assert (type(error), error.code, error.certain) == (kind, code, certain)
    assert error.connector == "facebook"


@pytest.mark.parametrize(
    "fault",
    [name for name, kind, *_ in FAULTS if kind is Unavailable],
)
def test_a_fault_that_passes_is_outlived_and_the_members_are_there(sandbox: Sandbox, speak: Speak, fault: str) -> None:
    audience = sandbox.create_audience("VIP")
    sandbox.fault(fault, kind="users", times=1)
    receipt = CONNECTOR.send(speak(sandbox), audience, "add", ROWS)
    assert (receipt.http_status, receipt.received, receipt.invalid) == (200, 1, 0)
    assert sandbox.members(audience) == {f"EMAIL:{MARY}"}


def test_a_slow_answer_is_in_doubt_although_it_was_applied(sandbox: Sandbox, speak: Speak) -> None:
    audience = sandbox.create_audience("VIP")
    sandbox.fault("slow", kind="users", times=None, seconds=1)
    error = failure(speak(sandbox, retry_attempts=1, timeout_seconds=0.2), audience=audience)
    assert (error.code, error.certain) == ("timeout", False)


def test_a_connection_the_platform_ends_between_requests_is_opened_again(sandbox: Sandbox, speak: Speak) -> None:
    audience, facebook = sandbox.create_audience("VIP"), speak(sandbox, retry_attempts=1)
    sandbox.fault("hangup", kind="users", times=None)
    for _ in range(3):
        assert CONNECTOR.send(facebook, audience, "add", ROWS).received == 1
        threading.Event().wait(0.1)  # until the end of the connection has arrived


def test_a_removal_that_would_leave_too_few_concerns_the_whole_audience(sandbox: Sandbox, speak: Speak) -> None:
    audience = sandbox.create_audience("VIP")
    facebook = speak(sandbox)
    CONNECTOR.send(facebook, audience, "add", ROWS)
    sandbox.configure(removal_floor=100)
    error = failure(facebook, "remove", audience)
    assert isinstance(error, Rejected)
    assert (error.whole, error.code, error.certain) == (True, "refused_min_size", True)


def test_a_throttled_request_waits_for_the_minutes_the_headers_tell(sandbox: Sandbox, speak: Speak, time: Time) -> None:
    audience = sandbox.create_audience("VIP")
    sandbox.configure(regain_minutes=3)
    sandbox.fault("throttled", kind="users")
    CONNECTOR.send(speak(sandbox), audience, "add", ROWS)
    assert time.slept == [180.0]


def test_an_audience_just_made_is_asked_for_again(sandbox: Sandbox, speak: Speak, time: Time) -> None:
    audience = sandbox.create_audience("VIP")
    sandbox.fault("not_yet", kind="users", times=2)
    CONNECTOR.send(speak(sandbox), audience, "add", ROWS)
    assert time.slept == [10.0, 10.0]


def test_a_partial_update_is_repeated_once(sandbox: Sandbox, speak: Speak) -> None:
    audience = sandbox.create_audience("VIP")
    sandbox.fault("partial", kind="users", times=None)
    assert failure(speak(sandbox), audience=audience).code == "partially_updated"
    assert len(sandbox.requests) == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
ERRORS = st.dictionaries(
    st.sampled_from(["code", "error_subcode", "is_transient", "message", "fbtrace_id"]),
    JSON | st.sampled_from([1, 100, 190, 200, 2650, 1870047]),
)


@given(st.integers(100, 599), JSON | st.fixed_dictionaries({"error": ERRORS | JSON}), st.text())
def test_whatever_is_answered_gets_a_verdict_and_success_has_no_error(status: int, body: Any, header: str) -> None:
    headers = dict.fromkeys(("X-App-Usage", "X-Ad-Account-Usage", "X-Business-Use-Case-Usage", "x-fb-trace-id"), header)
    verdict = classify(Reply(status, headers, body))
    usage(headers)
    usage(dict.fromkeys(headers, json.dumps(body)))
    if verdict.kind == "ok":
        assert status == 200
        assert isinstance(body, dict)
        assert body.get("error") is None
    if status >= 500 and verdict.kind != "wait":
        assert not verdict.certain


# Nothing leaks.


def test_no_secret_and_no_value_is_shown_anywhere(
    sandbox: Sandbox, speak: Speak, caplog: pytest.LogCaptureFixture
) -> None:
    audience = sandbox.create_audience("VIP")
    secrets = {"access_token": "tok-canary-1", "app_secret": "app-canary-2"}
    sandbox.configure(token="tok-canary-1", app_secret="app-canary-2")
    facebook = speak(sandbox, retry_attempts=2, **secrets)
    rows = [PlanRow(1, {"EXTERN_ID": "canary-3"})]
    shown = [repr(facebook), repr(facebook.http), repr(facebook.settings)]
    with caplog.at_level(logging.DEBUG):
        for fault, *_ in FAULTS:
            sandbox.clear_faults()
            sandbox.fault(fault, kind="users", times=None)
            fresh = speak(sandbox, retry_attempts=2, **secrets)
            with pytest.raises(DestinationError) as caught:
                CONNECTOR.send(fresh, audience, "add", rows)
            shown += [repr(caught.value), str(caught.value), repr(vars(caught.value))]
            assert caught.value.__context__ is None
    text = "\n".join([*shown, caplog.text])
    assert [canary for canary in ("tok-canary", "app-canary", "canary-3") if canary in text] == []
