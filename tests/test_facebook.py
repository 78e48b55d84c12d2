"""Facebook: the requests made, every error of the documents, and what a run may rely on afterwards."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.scripted import Asked, Script, Step, Time, answer, platform, reset
from warehouse_sync.connectors import connector
from warehouse_sync.connectors.facebook import CONNECTOR
from warehouse_sync.connectors.facebook_account import Facebook
from warehouse_sync.connectors.facebook_audiences import LIST_PAGE
from warehouse_sync.connectors.facebook_errors import KNOWN, classify
from warehouse_sync.connectors.facebook_settings import AudienceSettings, Destination, Options
from warehouse_sync.connectors.facebook_usage import usage
from warehouse_sync.errors import Denied, DestinationError, Rejected, Unavailable
from warehouse_sync.http import Reply
from warehouse_sync.model import AudienceSpec, Check, Mapped, PlanRow, Source, Sync
from warehouse_sync.sandbox import TOKEN, Sandbox

MARY = "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79"
PHONE = "1ef970831d7963307784fa8688e8fce101a15685d62aa765fed23f3a2c576a4e"
US = "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"
VIP = AudienceSpec(name="VIP")
ROWS = [PlanRow(1, {"EMAIL": MARY})]


def sync_of(url: str, *mapped: str, audience: AudienceSpec = VIP, options: Options | None = None, **more: Any) -> Sync:
    given = {"ad_account_id": "1000000001", "access_token": TOKEN, "base_url": url, **more}
    fields = tuple(Mapped(name, name.lower()) for name in mapped or ("EMAIL",))
    return Sync(
        "vip",
        Source(("customers",)),
        ("id",),
        "facebook",
        "ads",
        Destination.model_validate(given),
        audience,
        fields,
        options or Options(),
    )


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        yield sandbox


@pytest.fixture
def time() -> Time:
    return Time(draw=0.5)


@pytest.fixture
def speak(time: Time) -> Iterator[Callable[..., Facebook]]:
    """Connects to a sandbox or a script; every connection is closed at the end."""
    opened: list[Facebook] = []

    def connect(to: Sandbox | Script, *mapped: str, **more: Any) -> Facebook:
        opened.append(CONNECTOR.connect(sync_of(to.url, *mapped, **more), time.ports()))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


Speak = Callable[..., Facebook]


def failure(facebook: Facebook, action: Any = "add", audience: str = "23847289886350582") -> DestinationError:
    with pytest.raises(DestinationError) as caught:
        CONNECTOR.send(facebook, audience, action, ROWS)
    return caught.value


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
PRIVATE = "mary@example.com is not a hash"


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


# The request.


def sent(script: Script) -> list[Asked]:
    return script.requests


def counted(asked: int = 1) -> Step:
    return answer({"num_received": asked, "num_invalid_entries": 0})


def payload_of(speak: Speak, rows: list[PlanRow], **more: Any) -> dict[str, Any]:
    with platform(counted()) as script:
        CONNECTOR.send(speak(script, **more), "1", "add", rows)
        found: dict[str, Any] = script.requests[0].json["payload"]
    return found


def test_rows_of_different_fields_share_one_schema_and_every_cell_is_filled(speak: Speak) -> None:
    rows = [PlanRow(1, {"EMAIL": MARY}), PlanRow(2, {"COUNTRY": US, "PHONE": PHONE}), PlanRow(3, {"EXTERN_ID": "u1"})]
    assert payload_of(speak, rows) == {
        "schema": ["EMAIL", "PHONE", "EXTERN_ID", "COUNTRY"],
        "data": [[MARY, "", "", ""], ["", PHONE, "", US], ["", "", "u1", ""]],
    }


def test_a_missing_value_is_worth_nothing_and_values_travel_as_numbers(speak: Speak) -> None:
    rows = [PlanRow(1, {"EMAIL": MARY, "LOOKALIKE_VALUE": 44.5}), PlanRow(2, {"PHONE": PHONE})]
    assert payload_of(speak, rows)["data"] == [[MARY, "", 44.5], ["", PHONE, 0]]


def test_ids_of_apps_and_pages_travel_beside_the_rows(speak: Speak) -> None:
    rows = [PlanRow(1, {"APPUID": "1015", "app_ids": ["77", "78"], "ig_account_ids": "9"})]
    payload = payload_of(speak, rows)
    assert payload == {"schema": ["APPUID"], "data": [["1015"]], "app_ids": ["77", "78"], "ig_account_ids": ["9"]}


def test_what_is_said_about_the_data_travels_with_it(speak: Speak) -> None:
    options = Options(data_source_type="FILE_IMPORTED", data_source_sub_type="HASHES", is_raw=True)
    payload = payload_of(speak, ROWS, options=options)
    assert (payload["data_source"], payload["is_raw"]) == ({"type": "FILE_IMPORTED", "sub_type": "HASHES"}, True)


@pytest.mark.parametrize("count", [0, 10_001])
def test_a_page_has_at_least_one_row_and_at_most_ten_thousand(speak: Speak, count: int) -> None:
    with platform(counted()) as script:
        with pytest.raises(ValueError, match="1 to 10000 rows"):
            CONNECTOR.send(speak(script), "1", "add", ROWS * count)
        assert sent(script) == []


@pytest.mark.parametrize(
    ("settings", "action", "method", "override"),
    [
        ({}, "add", "POST", None),
        ({}, "update", "POST", None),
        ({}, "remove", "DELETE", None),
        ({"delete_method": "post"}, "remove", "POST", "DELETE"),
        ({"delete_method": "post"}, "add", "POST", None),
    ],
)
def test_each_action_has_its_method(
    speak: Speak, settings: dict[str, Any], action: Any, method: str, override: str | None
) -> None:
    with platform(counted()) as script:
        CONNECTOR.send(speak(script, **settings), "42", action, ROWS)
    (asked,) = script.requests
    assert (asked.method, asked.target, asked.json.get("method")) == (method, "/v26.0/42/users", override)


def test_the_token_travels_in_a_header_and_never_in_the_address(speak: Speak) -> None:
    with platform(counted()) as script:
        CONNECTOR.send(speak(script, app_secret="SECRET"), "42", "add", ROWS)
    (asked,) = script.requests
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in asked.target
    assert TOKEN not in asked.body.decode()


def test_every_attempt_is_an_upload_session_of_its_own(speak: Speak) -> None:
    with platform(reset(), counted()) as script:
        facebook = speak(script)
        for _ in range(2):
            CONNECTOR.send(facebook, "42", "add", ROWS * 3)
    sessions = [each.json["session"] for each in script.requests]
    ids = [each.pop("session_id") for each in sessions]
    assert sessions == [{"batch_seq": 1, "last_batch_flag": True, "estimated_num_total": 3}] * 3
    assert len(set(ids)) == 3
    assert all(0 < each < 2**63 for each in ids)


@pytest.mark.parametrize("draw", [0.0, 0.999_999_999_999_999_9])
def test_session_ids_are_positive_whole_numbers_of_64_bits(draw: float) -> None:
    facebook = CONNECTOR.connect(sync_of("https://example.com"), Time(draw).ports())
    assert 0 < facebook.session(1)["session_id"] < 2**63


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"num_received": 1},
        {"num_invalid_entries": 0},
        {"num_received": None, "num_invalid_entries": 0},
        {"num_received": True, "num_invalid_entries": 0},
        {"num_received": -1, "num_invalid_entries": 0},
        {"num_received": 1.5, "num_invalid_entries": 0},
        {"num_received": 1, "num_invalid_entries": 0, "audience_id": "43"},
        {"num_received": 1, "num_invalid_entries": 0, "session_id": "43"},
    ],
)
def test_a_success_without_its_counts_or_of_another_request_is_in_doubt(speak: Speak, body: Any) -> None:
    with platform(answer(body)) as script:
        error = failure(speak(script, retry_attempts=1), audience="42")
    assert (type(error), error.code, error.certain) == (Unavailable, "unexpected_answer", False)


def test_counts_may_be_texts_and_samples_are_not_kept(speak: Speak) -> None:
    body = {"num_received": "2", "num_invalid_entries": "1", "invalid_entry_samples": {"1": PRIVATE}, "audience_id": 42}
    with platform(answer(body, headers={"x-fb-trace-id": "T9"})) as script:
        receipt = CONNECTOR.send(speak(script), "42", "add", ROWS * 2)
    assert (receipt.received, receipt.invalid, receipt.request_id) == (2, 1, "T9")
    assert PRIVATE not in repr(receipt)


def test_a_preview_is_the_request_with_its_secrets_masked(sandbox: Sandbox, speak: Speak) -> None:
    facebook = speak(sandbox, app_secret="SECRET", appsecret_proof="timed", delete_method="post")
    shown = CONNECTOR.preview(facebook, "42", "remove", ROWS)
    assert (shown["method"], shown["url"]) == ("POST", f"{sandbox.url}/v26.0/42/users")
    assert shown["query"] == {"appsecret_proof": "***", "appsecret_time": "***"}
    assert shown["headers"]["Authorization"] == "Bearer ***"
    assert shown["json"]["payload"] == {"schema": ["EMAIL"], "data": [[MARY]]}
    assert shown["json"]["method"] == "DELETE"
    assert sandbox.requests == []


# Proof, usage, settings.


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("plain", {"appsecret_proof": "9bcde7f1d5e226d86e4692a62e5ec88f99306fb302d74b2dc3bff8a03770b63d"}),
        (
            "timed",
            {
                "appsecret_proof": "8aa9481024615f3a5db850c026af0c76da656f66e54e80f238d560186cd48460",
                "appsecret_time": "1700000000",
            },
        ),
    ],
)
def test_the_proof_of_the_app_secret_equals_the_official_ones(kind: Any, expected: dict[str, str]) -> None:
    given = {"ad_account_id": "1", "access_token": "TOKEN", "app_secret": "SECRET", "appsecret_proof": kind}
    assert Destination.model_validate(given).proof(1_700_000_000.9) == expected


@pytest.mark.parametrize("kind", ["plain", "timed"])
def test_the_platform_takes_the_proof(kind: str, speak: Speak) -> None:
    with Sandbox.start(app_secret="SECRET", require_proof=True) as sandbox:
        sandbox.advance(1_700_000_000 - sandbox.clock.now())
        audience = sandbox.create_audience("VIP")
        good = speak(sandbox, app_secret="SECRET", appsecret_proof=kind)
        assert CONNECTOR.send(good, audience, "add", ROWS).received == 1
        assert failure(speak(sandbox, app_secret="OTHER"), audience=audience).code == "bad_request"


def test_a_timed_proof_is_made_for_each_attempt(speak: Speak) -> None:
    with platform(answer({}, 429, {"Retry-After": "299"}), counted()) as script:
        CONNECTOR.send(speak(script, app_secret="S", appsecret_proof="timed"), "42", "add", ROWS)
    times = [each.target.partition("appsecret_time=")[2] for each in script.requests]
    assert times == ["1700000000", "1700000299"]


BUC = {"type": "custom_audience", "call_count": 2, "total_cputime": 1, "total_time": 1}


@pytest.mark.parametrize(
    ("headers", "percent", "regain", "pause"),
    [
        ({}, 0, 0, None),
        ({"X-App-Usage": '{"call_count":10,"total_time":74,"total_cputime":0}'}, 74, 0, None),
        ({"X-App-Usage": '{"call_count":80,"total_time":1,"total_cputime":0}'}, 80, 0, 12),
        ({"X-App-Usage": '{"call_count":250}'}, 250, 0, 60),
        ({"X-Ad-Account-Usage": '{"acc_id_util_pct":87.5,"reset_time_duration":100}'}, 87.5, 0, 30),
        ({"X-Ad-Account-Usage": '{"acc_id_util_pct":100,"reset_time_duration":100}'}, 100, 100, 100),
        ({"X-Business-Use-Case-Usage": json.dumps({"1": [{**BUC, "estimated_time_to_regain_access": 0}]})}, 2, 0, None),
        (
            {"X-Business-Use-Case-Usage": json.dumps({"1": [{**BUC, "estimated_time_to_regain_access": 4}]})},
            *(2, 240, 240),
        ),
        (
            {"X-Business-Use-Case-Usage": json.dumps({"1": [{**BUC, "type": "ads_insights", "call_count": 99}]})},
            *(0, 0, None),
        ),
        ({"X-Business-Use-Case-Usage": json.dumps({"1": [BUC, {**BUC, "total_time": 90}]})}, 90, 0, 36),
        ({"X-App-Usage": "{", "X-Ad-Account-Usage": "[]", "X-Business-Use-Case-Usage": '{"1":7}'}, 0, 0, None),
        ({"X-App-Usage": '{"call_count":"80","total_time":-5,"total_cputime":null}'}, 0, 0, None),
    ],
)
def test_usage_headers_are_read_and_requests_spread_out_in_proportion(
    headers: dict[str, str], percent: float, regain: float, pause: float | None
) -> None:
    found = usage(headers)
    assert (found.percent, found.regain, found.pause()) == (percent, regain, pause)


def test_a_nearly_used_quota_spreads_requests_out(speak: Speak, time: Time) -> None:
    with Sandbox.start(usage_percent=85) as sandbox:
        audience, facebook = sandbox.create_audience("VIP"), speak(sandbox)
        for _ in range(3):
            CONNECTOR.send(facebook, audience, "add", ROWS)
    assert time.slept == [24.0, 24.0]


@pytest.mark.parametrize("given", ["1000000001", "act_1000000001"])
def test_an_account_is_named_with_or_without_its_prefix(given: str) -> None:
    settings = Destination.model_validate({"ad_account_id": given, "access_token": "t"})
    assert CONNECTOR.account(settings) == "act_1000000001"


@pytest.mark.parametrize(
    "wrong",
    [
        {"ad_account_id": 1000000001},
        {"ad_account_id": "act_"},
        {"ad_account_id": "１２"},
        {"ad_account_id": "1/../2"},
        {"access_token": " \n"},
        {"app_secret": ""},
        {"api_version": "26.0"},
        {"api_version": "v26.0/x"},
        {"delete_method": "put"},
        {"retry_attempts": 0},
        {"acces_token": "typo"},
    ],
)
def test_a_destination_that_cannot_be_is_refused_without_showing_secrets(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        Destination.model_validate({"ad_account_id": "1", "access_token": "tok-secret-1", **wrong})
    assert "tok-secret" not in str(caught.value)


@pytest.mark.parametrize("model", [Destination, AudienceSettings, Options])
def test_every_setting_has_a_title_and_a_description(model: Any) -> None:
    properties = model.model_json_schema()["properties"]
    assert [name for name, each in properties.items() if not (each.get("title") and each.get("description"))] == []


@pytest.mark.parametrize(
    ("mapped", "audience", "finding"),
    [
        (("EMAIL",), VIP, None),
        (("COUNTRY",), VIP, None),
        (("LOOKALIKE_VALUE",), VIP, "no field that finds a person"),
        (("APPUID",), VIP, "APPUID means something only with app_ids"),
        (("APPUID", "app_ids"), VIP, None),
        (("EMAIL", "PAGEUID"), VIP, "PAGEUID means something only with page_ids"),
        (("EMAIL",), AudienceSpec(id="act_1"), "audience.id must be the digits"),
        (("EMAIL",), AudienceSpec(id="23847289886350582"), None),
    ],
)
def test_combinations_that_cannot_work_are_named(
    mapped: tuple[str, ...], audience: AudienceSpec, finding: str | None
) -> None:
    found = CONNECTOR.validate(sync_of("https://example.com", *mapped, audience=audience))
    assert found is None if finding is None else finding in (found or "")


# Audiences.


def test_an_audience_is_made_found_and_listed(sandbox: Sandbox, speak: Speak) -> None:
    settings = {"description": "Best customers", "retention_days": 90}
    facebook = speak(sandbox)
    made = CONNECTOR.create(facebook, AudienceSpec(name="VIP", settings=settings))
    assert [each.id for each in CONNECTOR.find(facebook, "VIP")] == [made.id]
    assert CONNECTOR.find(facebook, "vip") == []
    assert [each.name for each in CONNECTOR.list(facebook)] == ["VIP"]
    body = next(each.body for each in sandbox.requests if each.kind == "create")
    assert body == {
        "name": "VIP",
        "description": "Best customers",
        "subtype": "CUSTOM",
        "customer_file_source": "USER_PROVIDED_ONLY",
        "retention_days": 90,
    }


def test_an_audience_is_value_based_when_a_value_is_mapped(sandbox: Sandbox, speak: Speak) -> None:
    facebook = speak(sandbox, "EMAIL", "LOOKALIKE_VALUE")
    made = CONNECTOR.create(facebook, VIP)
    assert CONNECTOR.open is not None
    assert CONNECTOR.open(facebook, made.id).facts["is_value_based"] is True


@pytest.mark.parametrize("fault", ["reset_after", "truncated"])
def test_a_creation_whose_answer_got_lost_does_not_make_a_second_audience(
    sandbox: Sandbox, speak: Speak, fault: str
) -> None:
    sandbox.fault(fault, kind="create")
    made = CONNECTOR.create(speak(sandbox), VIP)
    assert [each.id for each in sandbox.summary()] == [made.id]


def test_a_creation_that_was_never_applied_is_left_to_the_next_run(sandbox: Sandbox, speak: Speak) -> None:
    sandbox.fault("reset_before", kind="create")
    with pytest.raises(Unavailable) as caught:
        CONNECTOR.create(speak(sandbox), VIP)
    assert not caught.value.certain
    assert sandbox.summary() == []


def test_the_list_is_read_to_its_end_page_by_page(sandbox: Sandbox, speak: Speak) -> None:
    names = [f"audience {number}" for number in range(2 * LIST_PAGE + 5)]
    for name in names:
        sandbox.create_audience(name)
    assert [each.name for each in CONNECTOR.list(speak(sandbox))] == names
    assert len(sandbox.requests) == 3


def test_a_list_that_is_too_large_is_asked_for_in_smaller_pages(sandbox: Sandbox, speak: Speak) -> None:
    sandbox.configure(list_limit=6)
    names = [f"audience {number}" for number in range(12)]
    for name in names:
        sandbox.create_audience(name)
    assert [each.name for each in CONNECTOR.list(speak(sandbox))] == names
    assert [each.query["limit"] for each in sandbox.requests] == ["20", "10", "5", "5", "5"]


def test_a_list_that_repeats_itself_is_an_error_and_not_an_end(speak: Speak) -> None:
    page = {"data": [{"id": "1", "name": "a"}], "paging": {"next": "https://x", "cursors": {"after": "same"}}}
    with platform(answer(page)) as script, pytest.raises(Unavailable) as caught:
        list(CONNECTOR.list(speak(script)))
    assert caught.value.code == "endless_list"


@pytest.mark.parametrize("body", [{}, {"data": {}}, {"data": [1]}, {"data": [{"name": "no id"}]}])
def test_a_list_in_another_form_is_no_empty_list(speak: Speak, body: Any) -> None:
    with platform(answer(body)) as script, pytest.raises(Unavailable) as caught:
        CONNECTOR.find(speak(script, retry_attempts=1), "VIP")
    assert caught.value.code == "unexpected_answer"


def test_only_customer_lists_are_found_by_name(speak: Speak) -> None:
    nodes = [{"id": 1, "name": "VIP", "subtype": "LOOKALIKE"}, {"id": 23847289886350582, "name": "VIP"}]
    with platform(answer({"data": nodes})) as script:
        assert [each.id for each in CONNECTOR.find(speak(script), "VIP")] == ["23847289886350582"]


def opened(facebook: Facebook, audience: str) -> Any:
    assert CONNECTOR.open is not None
    return CONNECTOR.open(facebook, audience)


@pytest.mark.parametrize(
    ("mapped", "marks", "code"),
    [
        (("EMAIL",), {"status": 471}, "audience_flagged"),
        (("EMAIL",), {"is_value_based": True}, "audience_type"),
        (("EMAIL", "LOOKALIKE_VALUE"), {}, "audience_type"),
    ],
)
def test_an_audience_that_cannot_take_these_members_stops_the_sync(
    sandbox: Sandbox, speak: Speak, mapped: tuple[str, ...], marks: dict[str, Any], code: str
) -> None:
    audience = sandbox.create_audience("VIP", **marks)
    with pytest.raises(Denied) as caught:
        opened(speak(sandbox, *mapped), audience)
    assert (caught.value.code, caught.value.certain) == (code, True)


def test_an_audience_that_is_gone_stops_the_sync(sandbox: Sandbox, speak: Speak) -> None:
    with pytest.raises(Denied) as caught:
        opened(speak(sandbox), "23847289886350582")
    assert caught.value.code == "audience_missing"


def test_an_audience_under_replacement_is_waited_for(speak: Speak, time: Time) -> None:
    replacing = answer({"id": "42", "operation_status": {"code": 414}})
    with platform(replacing, replacing, answer({"id": "42", "operation_status": {"code": 200}})) as script:
        assert opened(speak(script), "42").id == "42"
    assert time.slept == [60.0, 120.0]


def test_a_lookalike_audience_takes_no_members(speak: Speak) -> None:
    with platform(answer({"id": "42", "subtype": "LOOKALIKE"})) as script, pytest.raises(Denied) as caught:
        opened(speak(script), "42")
    assert caught.value.code == "audience_type"


@pytest.mark.parametrize("audience", ["../me", "42/users", "42?x=1", "%2e%2e"])
def test_an_id_stays_one_segment_of_the_path(speak: Speak, audience: str) -> None:
    with platform(counted()) as script:
        CONNECTOR.send(speak(script), audience, "add", ROWS)
    assert script.requests[0].target.startswith("/v26.0/")
    assert script.requests[0].target.count("/") == 3
    assert "?" not in script.requests[0].target


# wsync check.


def checked(facebook: Facebook, spec: AudienceSpec = VIP) -> list[Check]:
    return list(CONNECTOR.check(facebook, spec))


def wrong(checks: list[Check]) -> dict[str, Check]:
    return {each.what: each for each in checks if not each.ok}


def test_a_good_setting_passes_the_check(sandbox: Sandbox, speak: Speak) -> None:
    audience = sandbox.create_audience("VIP")
    for spec in (VIP, AudienceSpec(id=audience), AudienceSpec(name="not yet")):
        assert wrong(checked(speak(sandbox), spec)) == {}


def test_the_check_changes_nothing(sandbox: Sandbox, speak: Speak) -> None:
    checked(speak(sandbox))
    assert {each.method for each in sandbox.requests} == {"GET"}
    assert sandbox.summary() == []


@pytest.mark.parametrize(
    ("fault", "kind", "what", "remedy"),
    [
        ("bad_token", "list", "ad account", "ads_read and ads_management"),
        ("expired_token", "list", "ad account", "Generate new token"),
        ("permission", "list", "ad account", "advertiser or admin"),
        ("missing", "list", "ad account", "account menu"),
        ("old_version", "list", "ad account", "api_version"),
        ("flagged", "read", "audience", "Ads Manager"),
    ],
)
def test_each_failure_of_the_check_comes_with_its_remedy(
    sandbox: Sandbox, speak: Speak, fault: str, kind: str, what: str, remedy: str
) -> None:
    audience = sandbox.create_audience("VIP")
    sandbox.fault(fault, kind=kind, times=None)
    found = wrong(checked(speak(sandbox), AudienceSpec(id=audience)))
    assert remedy in found[what].remedy
    assert found[what].remedy not in found[what].found


def test_the_check_tells_missing_permissions_and_terms(sandbox: Sandbox, speak: Speak) -> None:
    granted = {"data": [{"permission": "ads_read", "status": "granted"}]}
    sandbox.fault("custom", kind="permissions", body=granted)
    sandbox.fault("custom", kind="account", body={"id": "act_1", "tos_accepted": {}})
    found = wrong(checked(speak(sandbox)))
    assert found["permissions"].found == "not granted: ads_management"
    assert "accept the Custom Audience terms" in found["terms"].remedy


def test_the_check_tells_a_name_that_several_audiences_have(sandbox: Sandbox, speak: Speak) -> None:
    for _ in range(2):
        sandbox.create_audience("VIP")
    assert "audience: id" in wrong(checked(speak(sandbox)))["audience name"].remedy


def test_the_check_tells_an_ended_version_an_unknown_word_and_a_fading_identifier(
    sandbox: Sandbox, speak: Speak
) -> None:
    facebook = speak(sandbox, "EXTERN_ID", api_version="v24.0", options=Options(data_source_type="PIGEON"))
    found = checked(facebook)
    assert "v26.0" in wrong(found)["API version"].remedy
    assert {"options.data_source_type", "identifiers"} <= {each.what for each in found if each.ok and each.remedy}


def test_the_check_explains_error_2650(sandbox: Sandbox, speak: Speak) -> None:
    audience = sandbox.create_audience("VIP")
    found = {each.what: each for each in checked(speak(sandbox), AudienceSpec(id=audience))}
    assert "does not mix data sources" in found["data source"].remedy
    sandbox.fault("failed_update", kind="users")
    assert "does not mix data sources" in str(failure(speak(sandbox), audience=audience))


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


def test_facebook_is_known_by_name() -> None:
    assert connector("facebook") is CONNECTOR
