"""Every return code of the document: what it is called, what is done about it, and after which pause."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scripted import Time, answer, platform
from tests.tiktok.case import AUDIENCE, JANE, PRIVATE, ROWS, Speak, failure, told
from warehouse_sync.connectors.tiktok import CONNECTOR
from warehouse_sync.connectors.tiktok_errors import KNOWN, TABLE, classify
from warehouse_sync.delivery import Wire, deliver
from warehouse_sync.errors import Denied, Rejected, Unavailable
from warehouse_sync.http import Reply
from warehouse_sync.model import Page, PlanRow
from warehouse_sync.sandbox import Sandbox

# The document's table, written down a second time: code, message, kind, our code.

WAITS: list[tuple[int, str, str, str]] = [
    *((code, PRIVATE, "wait", "throttled") for code in (40100, 40016, 40133, 61000)),
    *((code, "App reaches the QPS limit.", "wait", "throttled") for code in (40100, 40016, 40133, 61000)),
    *((code, "App reaches the QPM limit.", "wait", "throttled") for code in (40100, 40016, 40133, 61000)),
    *((code, "The daily quota is used up", "wait", "throttled_day") for code in (40100, 40016, 40133, 61000)),
    (40132, PRIVATE, "busy", "throttled_value"),
    (40202, PRIVATE, "retry", "write_conflict"),
    (40201, PRIVATE, "retry", "task_not_ready"),
    (40002, "The audience is being processed.", "busy", "audience_busy"),
]
FAULTS = [
    *((code, PRIVATE, "busy", "server_fault") for code in (50000, 50002, 51000, 51001, 51999, 52000, 52999)),
    (60001, PRIVATE, "busy", "maintenance"),
    (50001, PRIVATE, "busy", "server_fault"),
    (59999, PRIVATE, "busy", "server_fault"),
    (1, PRIVATE, "busy", "server_fault"),
]
REFUSALS = [
    *((code, PRIVATE, "rejected", "bad_request") for code in (40000, 40002, 40006, 40700)),
    *((code, PRIVATE, "rejected", "too_large") for code in (40011, 40061)),
    (40062, PRIVATE, "rejected", "not_hashed"),
    *((code, PRIVATE, "rejected", "bad_file") for code in range(40900, 40911)),
    (49999, PRIVATE, "rejected", "unknown_error"),
    (40002, "Audience is not editable, please check audience status", "denied", "audience_not_editable"),
    *((code, PRIVATE, "denied", "no_permission") for code in (40001, 40119, 40125, 40300, 40301)),
    (40118, PRIVATE, "denied", "not_allow_listed"),
    (40102, PRIVATE, "denied", "token_expired"),
    *((code, PRIVATE, "denied", "token_invalid") for code in (40101, 40104, 40105, 40106, 40113)),
    *((code, PRIVATE, "denied", "missing") for code in (40007, 40008, 41001)),
]


def envelope(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "request_id": "AbC-1_x", "data": {}}


@pytest.mark.parametrize(("code", "message", "kind", "name"), [*WAITS, *FAULTS, *REFUSALS])
def test_every_code_is_judged_under_http_200(code: int, message: str, kind: str, name: str) -> None:
    verdict = classify(Reply(200, {}, envelope(code, message)))
    assert (verdict.kind, verdict.code, verdict.request_id) == (kind, name, "AbC-1_x")
    assert verdict.certain is ((code, message, kind, name) not in FAULTS)
    assert PRIVATE not in verdict.reason
    assert verdict.reason.endswith(f". TikTok responded with code: {code}")


def test_the_table_has_every_code_of_the_document_and_a_remedy_where_one_must_act() -> None:
    judged = {code for code, *_ in (*WAITS, *FAULTS, *REFUSALS)} - {50001, 59999, 49999, 1}
    assert judged | {40050} <= set(TABLE)
    assert all(each.remedy for each in KNOWN if each.kind == "denied")


@pytest.mark.parametrize(
    ("message", "seconds"),
    [("App reaches the QPS limit.", 1.0), ("too many requests per second", 1.0), ("App reaches the QPM limit.", 300.0),
     ("Requests per minute exceeded", 300.0), ("Too many requests", None)],
)  # fmt: skip
def test_a_throttles_pause_is_that_of_its_limit(message: str, seconds: float | None) -> None:
    assert classify(Reply(200, {}, envelope(40100, message))).seconds == seconds


def test_a_limit_per_second_is_over_in_the_next_one(sandbox: Sandbox, speak: Speak, audience: str, time: Time) -> None:
    sandbox.fault("throttled", kind="users", platform="tiktok")
    CONNECTOR.send(speak(sandbox), audience, "add", ROWS)
    assert time.slept == [1.0]


def test_a_limit_per_minute_is_waited_for_five_minutes(
    sandbox: Sandbox, speak: Speak, audience: str, time: Time
) -> None:
    sandbox.fault("throttled_minute", kind="users", platform="tiktok")
    CONNECTOR.send(speak(sandbox), audience, "add", ROWS)
    assert time.slept == [300.0]


def test_a_limit_per_day_ends_the_run_at_once_and_nothing_is_in_doubt(
    sandbox: Sandbox, speak: Speak, audience: str, time: Time
) -> None:
    sandbox.fault("throttled_day", kind="users", platform="tiktok", times=None)
    error = failure(speak(sandbox), audience=audience)
    assert (type(error), error.code, error.certain) == (Unavailable, "throttled_day", True)
    assert "00:00 UTC" in str(error)
    assert time.slept == []


def test_a_throttle_that_stays_is_given_up_for_certain(
    sandbox: Sandbox, speak: Speak, audience: str, time: Time
) -> None:
    sandbox.fault("throttled", kind="users", platform="tiktok", times=None)
    error = failure(speak(sandbox), audience=audience)
    assert (type(error), error.certain) == (Unavailable, True)
    assert time.slept == [1.0] * 5


def test_a_fault_of_the_service_is_waited_for_some_minutes(
    sandbox: Sandbox, speak: Speak, audience: str, time: Time
) -> None:
    for fault in ("transient", "html_502", "maintenance"):
        sandbox.fault(fault, kind="users", platform="tiktok")
    CONNECTOR.send(speak(sandbox), audience, "add", ROWS)
    assert time.slept == [60.0, 120.0, 180.0]


@pytest.mark.parametrize("fault", ["busy", "conflict"])
def test_an_audience_that_is_being_worked_on_is_tried_again(
    sandbox: Sandbox, speak: Speak, audience: str, fault: str
) -> None:
    sandbox.fault(fault, kind="users", platform="tiktok")
    CONNECTOR.send(speak(sandbox), audience, "add", ROWS)
    assert sandbox.members(audience) == {f"EMAIL_SHA256:{JANE}"}


@pytest.mark.parametrize(
    ("fault", "code", "advice"),
    [
        ("bad_token", "token_invalid", "Advertiser authorization URL"),
        ("expired_token", "token_expired", "Advertiser authorization URL"),
        ("permission", "no_permission", "Business Center"),
        ("not_allowed", "not_allow_listed", "TikTok representative"),
        ("missing", "missing", "advertiser_id"),
        ("not_editable", "audience_not_editable", "Audience manager"),
    ],
)
def test_a_token_that_is_not_accepted_stops_the_sync(
    sandbox: Sandbox, speak: Speak, audience: str, fault: str, code: str, advice: str
) -> None:
    sandbox.fault(fault, kind="users", platform="tiktok", times=None)
    error = failure(speak(sandbox), audience=audience)
    assert (type(error), error.code, error.certain) == (Denied, code, True)
    assert advice in str(error)
    assert len(sandbox.requests) == 1


def test_a_wrong_or_missing_token_is_refused_by_the_platform_itself(
    sandbox: Sandbox, speak: Speak, audience: str
) -> None:
    error = failure(speak(sandbox, access_token="another"), audience=audience)
    assert (type(error), error.code, error.http_status) == (Denied, "token_invalid", 200)


def test_the_row_at_fault_stands_alone_and_the_others_are_sent(sandbox: Sandbox, speak: Speak, audience: str) -> None:
    tokens = [f"{number:064x}" for number in range(1, 9)]
    sandbox.fault("bad_parameter", kind="users", platform="tiktok", times=None, value=tokens[5])
    page = Page(1, "add", tuple(PlanRow(at, {"EMAIL_SHA256": token}) for at, token in enumerate(tokens)))
    found = deliver(Wire(CONNECTOR, speak(sandbox), audience), page, lambda: False)
    assert [(each.seq, each.error_code) for each in found.outcomes if each.status == "failed"] == [(5, "bad_request")]
    assert sandbox.members(audience) == {f"EMAIL_SHA256:{token}" for token in tokens if token != tokens[5]}


def test_an_unhashed_value_would_be_refused(sandbox: Sandbox, speak: Speak, audience: str) -> None:
    error = failure(speak(sandbox), audience=audience, rows=[PlanRow(1, {"EMAIL_SHA256": PRIVATE})])
    assert (type(error), error.code) == (Rejected, "not_hashed")
    assert PRIVATE not in str(error) + repr(vars(error))


def test_a_page_that_is_not_there_points_to_the_address(speak: Speak) -> None:
    with platform(answer(b"404 page not found", 404, kind="text/plain")) as script:
        error = failure(speak(script))
        assert isinstance(error, Denied)
        assert "base_url" in str(error)


@given(
    st.one_of(st.none(), st.integers(), st.text(), st.dictionaries(st.text(max_size=4), st.integers())),
    st.sampled_from([200, 400, 500]),
)
def test_whatever_comes_it_is_a_success_only_with_a_code_of_success(body: Any, status: int) -> None:
    assert classify(Reply(status, {}, body)).kind != "ok" or (status == 200 and body["code"] in (0, 20001))


@pytest.mark.parametrize("trace", [None, 7, "", "has space", "x" * 65, PRIVATE])
def test_only_a_request_id_that_looks_like_one_is_kept(speak: Speak, trace: Any) -> None:
    with platform(answer({"code": 0, "message": "OK", "request_id": trace, "data": {}})) as script:
        assert CONNECTOR.send(speak(script), AUDIENCE, "add", ROWS).request_id is None


def test_nothing_of_the_platforms_words_is_repeated(speak: Speak) -> None:
    with platform(told(40002, PRIVATE)) as script:
        error = failure(speak(script))
        assert PRIVATE not in str(error) + repr(vars(error))
