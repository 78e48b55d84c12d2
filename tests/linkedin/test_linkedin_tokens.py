"""Tokens: pasted in with the day of their end, or renewed by themselves; never shown."""

from __future__ import annotations

import logging

import pytest

from tests.linkedin.case import CONNECTOR, REFRESHED, SEGMENT, Speak, failure, people, results, told
from tests.scripted import Time, answer, platform
from warehouse_sync.errors import Denied, Unavailable
from warehouse_sync.sandbox import Sandbox

DAY = 86_400.0
NEW = {"access_token": "AQ-new", "expires_in": 5_184_000, "refresh_token_expires_in": 31_536_000}


def test_the_first_request_gets_a_token_and_the_next_keep_it(speak: Speak, sandbox: Sandbox, segment: str) -> None:
    linkedin = speak(sandbox, **REFRESHED)
    for _ in range(2):
        CONNECTOR.send(linkedin, segment, "add", people(1))
    assert [each.kind for each in sandbox.requests] == ["token", "add", "add"]
    asked = sandbox.requests[0]
    assert asked.body == {
        "grant_type": "refresh_token",
        "refresh_token": "sandbox-refresh",
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
    }
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in asked.headers and "linkedin-version" not in asked.headers


def test_a_token_that_ends_soon_is_replaced_before(speak: Speak, sandbox: Sandbox, segment: str, time: Time) -> None:
    linkedin = speak(sandbox, **REFRESHED)
    CONNECTOR.send(linkedin, segment, "add", people(1))
    for later in (60 * DAY - 400, 200):
        time.now += later
        sandbox.advance(later)
        CONNECTOR.send(linkedin, segment, "add", people(1))
    assert [each.kind for each in sandbox.requests] == ["token", "add", "add", "token", "add"]


def test_a_token_that_is_refused_is_replaced_once(speak: Speak, sandbox: Sandbox, segment: str, time: Time) -> None:
    linkedin = speak(sandbox, **REFRESHED)
    for _ in range(2):
        sandbox.fault("expired_token", kind="users", platform="linkedin")
        CONNECTOR.send(linkedin, segment, "add", people(1))
    assert [each.kind for each in sandbox.requests] == ["token", "add", "token", "add", "add", "token", "add"]
    assert time.slept == []
    sandbox.fault("bad_token", kind="users", platform="linkedin", times=None)
    error = failure(linkedin, audience=segment)
    assert (type(error), error.code, error.certain) == (Denied, "token_refused", True)
    assert [each.kind for each in sandbox.requests[-3:]] == ["add", "token", "add"]


def test_a_pasted_token_that_is_refused_stops_the_sync(speak: Speak, sandbox: Sandbox, segment: str) -> None:
    error = failure(speak(sandbox, access_token="another"), audience=segment)
    assert (type(error), error.code) == (Denied, "token_refused")
    assert "authorise the app again" in str(error)
    assert len(sandbox.requests) == 1


def test_a_pasted_token_may_stand_beside_the_means_to_renew_it(speak: Speak, sandbox: Sandbox, segment: str) -> None:
    linkedin = speak(sandbox, **{**REFRESHED, "access_token": "of last year"})
    CONNECTOR.send(linkedin, segment, "add", people(1))
    assert [each.kind for each in sandbox.requests] == ["add", "token", "add"]


@pytest.mark.parametrize(
    ("status", "error", "code"), [(400, "invalid_grant", "reauthorise"), (401, "invalid_client", "client_refused")]
)
def test_a_refresh_token_that_has_ended_asks_for_a_person(speak: Speak, status: int, error: str, code: str) -> None:
    with platform(answer({"error": error, "error_description": "mary@example.com"}, status)) as script:
        found = failure(speak(script, **REFRESHED))
    assert (type(found), found.code, found.certain) == (Denied, code, True)
    assert "mary" not in str(found)


def test_a_lost_token_answer_leaves_the_page_unsent_and_certain(speak: Speak) -> None:
    with platform(answer({"expires_in": 1})) as script:
        found = failure(speak(script, retry_attempts=1, **REFRESHED))
    assert (type(found), found.certain) == (Unavailable, True)


def test_a_page_that_was_perhaps_applied_stays_in_doubt_when_no_token_can_be_had(speak: Speak) -> None:
    with platform(answer(NEW), told(500), told(401), answer({"error": "invalid_grant"}, 400)) as script:
        found = failure(speak(script, **REFRESHED))
    assert (found.code, found.certain) == ("reauthorise", False)


def test_a_request_after_the_renewal_has_the_new_token(speak: Speak) -> None:
    with platform(answer(NEW), results(201)) as script:
        CONNECTOR.send(speak(script, **REFRESHED), SEGMENT, "add", people(1))
    assert script.requests[1].headers["authorization"] == "Bearer AQ-new"


@pytest.mark.parametrize(("ends", "warns"), [("2026-11-25", True), ("2026-11-01", True), ("2027-01-20", False)])
def test_the_end_of_a_pasted_token_is_warned_about(
    speak: Speak, sandbox: Sandbox, caplog: pytest.LogCaptureFixture, ends: str, warns: bool
) -> None:
    with caplog.at_level(logging.WARNING):
        speak(sandbox, access_token_expires=ends)
    assert (f"ends on {ends}" in caplog.text) is warns


def test_no_token_is_in_what_a_session_shows(
    speak: Speak, sandbox: Sandbox, segment: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        linkedin = speak(sandbox, **REFRESHED)
        sandbox.fault("expired_token", kind="users", platform="linkedin")
        CONNECTOR.send(linkedin, segment, "add", people(1))
    shown = repr(linkedin) + repr(linkedin.tokens) + caplog.text
    assert linkedin.tokens.token
    for secret in (linkedin.tokens.token, "sandbox-refresh", "sandbox-secret"):
        assert secret not in shown
