"""What is retried, for how long, and what is certain."""

from __future__ import annotations

import logging
from email.utils import formatdate

import pytest

from tests.scripted import Time, answer, platform, reset
from tests.speaking import OK, SECRET, failure, speaking
from warehouse_sync.errors import Denied, Rejected, Unavailable
from warehouse_sync.http import Budget, Http, Verdict


def test_a_request_carries_compact_json_and_the_answer_comes_back_parsed() -> None:
    with speaking(OK, headers={"Authorization": f"Bearer {SECRET}"}) as (http, script):
        reply = http.call("DELETE", "/x/users", name="users", json={"a": ["é", 1]}, query={"q": "1 2"})
    (asked,) = script.requests
    assert (reply.status, reply.body) == (200, {"done": True})
    assert (asked.method, asked.target, asked.body) == ("DELETE", "/x/users?q=1+2", '{"a":["é",1]}'.encode())
    assert asked.headers["authorization"] == f"Bearer {SECRET}"
    assert asked.headers["content-type"] == "application/json; charset=utf-8"
    assert asked.headers["user-agent"] == "warehouse-sync"


def test_a_lone_surrogate_is_escaped_instead_of_raising_an_error_that_quotes_it() -> None:
    with speaking(OK) as (http, script):
        http.call("POST", "x", name="x", json={"a": "\ud800"})
    assert script.requests[0].body == b'{"a":"\\ud800"}'


def test_every_attempt_passes_the_boundary_before_and_after() -> None:
    seen: list[str] = []
    with speaking(answer({}, 503), OK, ports=Time().ports(seen.append)) as (http, _):
        http.call("POST", "x", name="users")
    assert seen == ["before POST users", "after POST users"] * 2


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_server_fault_that_passes_is_retried(status: int, caplog: pytest.LogCaptureFixture) -> None:
    time = Time(draw=0.5)
    with caplog.at_level(logging.INFO, "warehouse_sync"), speaking(answer({}, status), OK, time=time) as (http, _):
        assert http.call("POST", "x", name="users").status == 200
    assert time.slept == [0.5]
    assert [record.getMessage() for record in caplog.records] == ["acme users: server_fault, attempt 1, again in 0.5 s"]


def test_pauses_double_with_full_jitter() -> None:
    time = Time(draw=0.5)
    with speaking(answer({}, 500), time=time) as (http, _):
        failure(http)
    assert time.slept == [0.5, 1.0, 2.0]


def test_a_fault_that_stays_ends_with_the_budget_and_leaves_the_rows_in_doubt() -> None:
    with speaking(answer({}, 500)) as (http, script):
        error = failure(http)
    assert isinstance(error, Unavailable)
    assert (error.code, error.http_status, error.certain) == ("server_fault", 500, False)
    assert len(script.requests) == 4
    assert str(error) == "acme: the platform answered 500 (tried 4 times)"


def test_the_budget_in_seconds_ends_a_call_before_a_pause_that_would_exceed_it() -> None:
    time = Time()
    throttled = answer({}, 429, {"Retry-After": "120"})
    with speaking(throttled, time=time, budget=Budget(attempts=50, seconds=300)) as (http, _):
        error = failure(http)
    assert time.slept == [120.0, 120.0]
    assert (error.code, error.certain) == ("throttled", True)


@pytest.mark.parametrize(
    ("told", "slept"),
    [
        ("7", 7.0),
        ("1000000000", 300.0),
        (formatdate(1_700_000_042, usegmt=True), 42.0),
        (formatdate(1_800_000_000, usegmt=True), 300.0),
        ("-5", 2.5),
        (formatdate(1_600_000_000, usegmt=True), 2.5),
        ("soon", 2.5),
        ("0x10", 2.5),
        ("", 2.5),
    ],
)
def test_a_throttled_request_waits_as_told_within_five_minutes_else_with_jitter(told: str, slept: float) -> None:
    time = Time(draw=0.5)
    with speaking(answer({}, 429, {"Retry-After": told}), OK, time=time) as (http, _):
        http.call("POST", "x", name="users")
    assert time.slept == [slept]


def test_a_throttle_holds_back_every_later_request() -> None:
    time, told = Time(), answer({}, 429, {"Retry-After": "30"})
    with speaking(told, OK, time=time, budget=Budget(attempts=1)) as (http, _):
        assert failure(http).code == "throttled"
        http.call("POST", "x", name="users")
    assert time.slept == [30.0]


def test_a_pause_asked_for_with_a_success_comes_before_the_next_request() -> None:
    time = Time()
    with platform(OK) as script:
        http = Http(script.url, lambda _: Verdict("ok", seconds=12.0), time.ports())
        http.call("GET", "x", name="x")
        assert time.slept == []
        http.call("GET", "x", name="x")
        http.close()
    assert time.slept == [12.0]


def test_a_busy_platform_is_asked_again_after_minutes() -> None:
    time = Time()
    verdicts = [Verdict("busy", "busy", "busy"), Verdict("busy", "busy", "busy"), Verdict("ok")]
    with platform(OK) as script:
        http = Http(script.url, lambda _: verdicts.pop(0), time.ports())
        http.call("GET", "x", name="x")
        http.close()
    assert time.slept == [60.0, 120.0]


@pytest.mark.parametrize(("before", "requests"), [(0, 2), (1, 3), (3, 5)])
def test_a_trouble_that_is_allowed_few_attempts_has_them_whatever_came_before(before: int, requests: int) -> None:
    verdicts = [Verdict("wait", "slow", "slow")] * before + [Verdict("retry", "part", "part", attempts=2)] * 3
    with platform(OK) as script:
        http = Http(script.url, lambda _: verdicts.pop(0), Time().ports())
        failure(http)
        http.close()
    assert len(script.requests) == requests


def test_after_some_calls_in_a_row_without_an_answer_nothing_more_is_sent() -> None:
    with speaking(answer({}, 500), budget=Budget(attempts=1, circuit=3)) as (http, script):
        assert [failure(http).code for _ in range(3)] == ["server_fault"] * 3
        error = failure(http)
    assert (error.code, error.certain, len(script.requests)) == ("circuit_open", True, 3)


def test_an_answer_closes_the_count_of_calls_without_one() -> None:
    steps = [answer({}, 500), OK, answer({}, 500), answer({}, 400), answer({}, 500)]
    with speaking(*steps, budget=Budget(attempts=1, circuit=2)) as (http, _):
        assert failure(http).code == "server_fault"
        http.call("POST", "x", name="users")
        assert [failure(http).code for _ in range(4)] == ["server_fault", "refused", "server_fault", "server_fault"]


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, Rejected, "refused"),
        (404, Rejected, "refused"),
        (413, Rejected, "too_large"),
        (401, Denied, "not_allowed"),
        (403, Denied, "not_allowed"),
        (407, Denied, "proxy_auth"),
    ],
)
def test_a_plain_refusal_is_certain_and_final(status: int, kind: type, code: str) -> None:
    with speaking(answer({}, status)) as (http, script):
        error = failure(http)
    assert type(error) is kind
    assert (error.code, error.http_status, error.certain, len(script.requests)) == (code, status, True, 1)


def test_a_proxy_may_refuse_a_large_request_in_words_of_its_own() -> None:
    with speaking(answer(b"<html>", 413, kind="text/html")) as (http, _):
        error = failure(http)
    assert isinstance(error, Rejected)
    assert (error.code, error.certain) == ("too_large", True)


def test_a_refusal_after_an_attempt_in_doubt_is_in_doubt() -> None:
    with speaking(reset(), answer({}, 400)) as (http, _):
        error = failure(http)
    assert isinstance(error, Rejected)
    assert not error.certain


def test_a_refusal_after_a_throttle_is_certain() -> None:
    with speaking(answer({}, 429), answer({}, 400)) as (http, _):
        assert failure(http).certain


def test_what_was_perhaps_applied_is_not_sent_again_where_that_would_matter() -> None:
    with speaking(reset(), OK) as (http, script):
        assert failure(http, repeat=False).code == "broken_answer"
    assert len(script.requests) == 1


def test_what_was_certainly_not_applied_is_sent_again_in_any_case() -> None:
    with speaking(answer({}, 429), OK) as (http, _):
        assert http.call("POST", "x", name="users", repeat=False).status == 200


def test_a_success_that_lacks_something_is_in_doubt() -> None:
    lacking = Verdict("retry", "unexpected_answer", "the answer lacks its counts", certain=False)
    with speaking(OK) as (http, _):
        error = failure(http, examine=lambda _: lacking)
    assert (error.code, error.certain) == ("unexpected_answer", False)


def test_a_body_is_made_anew_for_each_attempt() -> None:
    bodies = [b"1", b"2"]
    with speaking(answer({}, 503), OK) as (http, script):
        http.call("POST", "x", name="x", body=lambda: bodies.pop(0))
    assert [each.body for each in script.requests] == [b"1", b"2"]
