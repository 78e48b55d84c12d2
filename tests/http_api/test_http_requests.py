"""Requests to an HTTP API: what is sent, with which credentials, and what becomes of each answer."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.http_api.case import ACTIONS, AUDIENCE, BODY, DELETE, INSERT, PRIVATE, ROWS, Speak, failure, sync_of
from tests.scripted import Time, answer, platform
from warehouse_sync.connectors.http import CONNECTOR
from warehouse_sync.delivery import Wire, deliver
from warehouse_sync.errors import ConfigError, Denied, DestinationError, Rejected, Unavailable
from warehouse_sync.model import AudienceSpec, Page, PlanRow, Ports
from warehouse_sync.sandbox import TOKEN, Sandbox
from warehouse_sync.wire import is_public


def send(session: Any, action: Any = "add", rows: Any = ROWS) -> Any:
    return CONNECTOR.send(session, AUDIENCE, action, rows)


def test_records_are_added_changed_and_deleted_each_by_its_own_request(sandbox: Sandbox, speak: Speak) -> None:
    session = speak(sandbox)
    receipt = send(session)
    assert (receipt.http_status, receipt.rejected, bool(receipt.request_id)) == (200, {}, True)
    send(session, "update", [PlanRow(1, {"id": "1", "email": "new@example.com"})])
    assert sandbox.others["receiver"].records(AUDIENCE) == {  # type: ignore[attr-defined]
        "1": {"id": "1", "email": "new@example.com"}, "2": {"id": "2"},
    }  # fmt: skip
    send(session, "remove")
    assert sandbox.members(AUDIENCE) == set()
    asked = [(each.method, each.path) for each in sandbox.requests]
    assert asked == [
        ("POST", "/receiver/42/insert"),
        ("PATCH", "/receiver/42/update"),
        ("DELETE", "/receiver/42/delete"),
    ]
    assert sandbox.requests[0].body == {"list": "42", "records": [{"id": "1", "email": "ann@example.com"}, {"id": "2"}]}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "GET", "DELETE"])
def test_every_method_carries_the_body(method: str, speak: Speak) -> None:
    with platform(answer({})) as script:
        send(speak(script, actions={"insert": {**INSERT, "method": method}}))
    [asked] = script.requests
    assert (asked.method, asked.json["list"]) == (method, "42")


def test_an_update_may_use_what_insert_has(sandbox: Sandbox, speak: Speak) -> None:
    session = speak(sandbox, actions={**ACTIONS, "update": {"use_insert": True}})
    send(session, "update")
    assert [(each.method, each.path) for each in sandbox.requests] == [("POST", "/receiver/42/insert")]


BASIC = base64.b64encode(b"me:pass:word").decode()
LOGINS = [
    ({"authentication": "noAuth", "token": None}, None, None),
    ({"authentication": "bearerToken", "token": "t-1"}, "authorization", "Bearer t-1"),
    ({"authentication": "basicAuth", "token": None, "username": "me", "password": "pass:word"}, "authorization",
     f"Basic {BASIC}"),
    ({"authentication": "apiKey", "token": None, "api_key_name": "X-Key", "api_key": "k-1"}, "x-key", "k-1"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "header", "value"), LOGINS)
def test_there_are_four_ways_to_say_who_we_are(given: dict[str, Any], header: str, value: str, speak: Speak) -> None:
    with platform(answer({})) as script:
        send(speak(script, **given))
    [asked] = script.requests
    assert (asked.headers.get(header) if header else asked.headers.get("authorization")) == value
    assert asked.headers["content-type"] == "application/json"


def test_custom_headers_go_before_the_default_and_authentication_before_them(speak: Speak) -> None:
    custom = {"content-type": "application/vnd.api+json", "AUTHORIZATION": "mine", "X-Version": "2"}
    with platform(answer({})) as script:
        send(speak(script, headers=custom, secret_headers={"X-Partner": "p-1", "x-version": "3"}))
    headers = script.requests[0].headers
    assert headers["content-type"] == "application/vnd.api+json"
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert (headers["x-version"], headers["x-partner"]) == ("3", "p-1")


def test_a_slash_at_the_end_of_the_base_is_not_doubled(sandbox: Sandbox, speak: Speak, time: Time) -> None:
    session = CONNECTOR.connect(sync_of(f"{sandbox.url}/"), time.ports())
    send(session)
    session.close()
    assert sandbox.requests[0].path == "/receiver/42/insert"


ANSWERS = [
    # status, what is raised, its code, whether it is certain
    (400, Rejected, "refused", True),
    (401, Denied, "credentials", True),
    (403, Denied, "not_allowed", True),
    (404, Rejected, "missing", True),
    (409, Rejected, "refused", True),
    (410, Rejected, "missing", True),
    (413, Rejected, "too_large", True),
    (422, Rejected, "refused", True),
    (429, Unavailable, "throttled", True),
    (302, Denied, "redirected", False),
    (408, Unavailable, "server_fault", False),
    (500, Unavailable, "server_fault", False),
    (503, Unavailable, "server_fault", False),
    (600, Unavailable, "unexpected_answer", False),
]


@pytest.mark.parametrize(("status", "kind", "code", "certain"), ANSWERS)
def test_an_answer_is_judged_by_its_status_whatever_its_body(
    status: int, kind: type, code: str, certain: bool, speak: Speak
) -> None:
    with platform(answer(PRIVATE.encode(), status, kind="text/html")) as script:
        error = failure(speak(script))
    assert (type(error), error.code, error.certain, error.http_status) == (kind, code, certain, status)
    assert "mary" not in str(error)
    assert str(error).endswith((f"responded with status {status}", "times)"))


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_means_that_the_whole_batch_succeeded(status: int, speak: Speak) -> None:
    with platform(answer(b"", status)) as script:
        receipt = send(speak(script))
    assert (receipt.http_status, receipt.rejected, receipt.accepted) == (status, {}, False)


@pytest.mark.parametrize("status", [404, 410])
def test_what_should_be_deleted_and_is_not_there_is_deleted(status: int, speak: Speak) -> None:
    with platform(answer({}, status)) as script:
        assert send(speak(script), "remove").http_status == status


def test_a_throttled_request_waits_as_long_as_it_is_told(sandbox: Sandbox, speak: Speak, time: Time) -> None:
    sandbox.fault("throttled", kind="users", platform="receiver")
    send(speak(sandbox))
    assert time.slept == [7.0]
    assert len(sandbox.members(AUDIENCE)) == 2


def test_a_fault_of_the_server_is_tried_again(sandbox: Sandbox, speak: Speak, time: Time) -> None:
    sandbox.fault("transient", kind="users", platform="receiver", times=3)
    send(speak(sandbox))
    assert (len(time.slept), len(sandbox.members(AUDIENCE))) == (3, 2)


def test_requests_a_second_are_kept_over_pages_and_attempts(sandbox: Sandbox, speak: Speak, time: Time) -> None:
    session = speak(sandbox, requests_per_second=4)
    for _ in range(3):
        send(session)
    assert time.slept == pytest.approx([0.25, 0.25])


def test_a_refused_batch_is_halved_until_the_records_at_fault_stand_alone(sandbox: Sandbox, speak: Speak) -> None:
    sandbox.fault("bad_request", kind="users", platform="receiver", times=None, value="7")
    rows = tuple(PlanRow(at, {"id": str(at)}) for at in range(1, 9))
    wire = Wire(CONNECTOR, speak(sandbox), AUDIENCE)
    result = deliver(wire, Page(1, "add", rows), lambda: False)
    failed = [(each.seq, each.error_code) for each in result.outcomes if each.status != "succeeded"]
    assert failed == [(7, "refused")]
    assert sandbox.members(AUDIENCE) == {f"id:{at}" for at in (1, 2, 3, 4, 5, 6, 8)}


def test_a_body_that_would_be_too_long_is_halved_before_it_is_sent(sandbox: Sandbox, speak: Speak) -> None:
    rows = tuple(PlanRow(at, {"id": str(at), "email": "x" * 300}) for at in range(8))
    wire = Wire(CONNECTOR, speak(sandbox, bytes_per_request=1000), AUDIENCE)
    result = deliver(wire, Page(1, "add", rows), lambda: False)
    assert {each.status for each in result.outcomes} == {"succeeded"}
    assert [each.rows for each in sandbox.requests] == [2, 2, 2, 2]


def test_a_record_that_breaks_the_template_stands_alone(sandbox: Sandbox, speak: Speak) -> None:
    action = {**INSERT, "body": '[$$.records.{"id": id, "n": $number(email)}]'}
    rows = tuple(PlanRow(at, {"id": str(at), "email": "12" if at != 3 else "aud-1"}) for at in range(1, 5))
    wire = Wire(CONNECTOR, speak(sandbox, actions={"insert": action}), AUDIENCE)
    result = deliver(wire, Page(1, "add", rows), lambda: False)
    failed = [(each.seq, each.error_code) for each in result.outcomes if each.status != "succeeded"]
    assert failed == [(3, "template")]
    assert sandbox.members(AUDIENCE) == {"id:1", "id:2", "id:4"}


def test_an_action_that_is_not_there_fails_its_records_and_no_others(sandbox: Sandbox, speak: Speak) -> None:
    session = speak(sandbox, actions={"insert": INSERT})
    error = failure(session, "remove")
    assert (type(error), error.code, str(error)) == (
        Rejected,
        "no_action",
        "http: the destination has no delete action",
    )
    send(session)
    assert len(sandbox.members(AUDIENCE)) == 2


def test_records_that_lack_what_their_action_requires_are_refused_and_the_others_sent(
    sandbox: Sandbox, speak: Speak
) -> None:
    session = speak(sandbox)
    receipt = send(session, "remove", [PlanRow(1, {"id": "1"}), PlanRow(2, {"email": "b"})])
    assert receipt.rejected == {
        1: ("required_missing", "http: the action requires id, and the record has no value for it")
    }
    assert failure(session, "remove", [PlanRow(2, {"email": "b"})]).code == "required_missing"
    assert [each.rows for each in sandbox.requests] == [1]


def test_a_redirect_is_refused_and_the_credentials_go_nowhere(speak: Speak) -> None:
    with platform(answer({})) as elsewhere:
        with platform(answer({}, 307, {"Location": f"{elsewhere.url}/receiver/42/insert"})) as script:
            error = failure(speak(script))
        assert (type(error), error.code) == (Denied, "redirected")
        assert elsewhere.requests == []


def test_addresses_of_this_machine_and_of_private_networks_are_refused_after_resolving(speak: Speak) -> None:
    with platform(answer({})) as script:
        for url in (script.url, script.url.replace("127.0.0.1", "localhost")):
            session = CONNECTOR.connect(sync_of(url, allow_private=False), Ports())
            error = failure(session)
            session.close()
            assert (type(error), error.code, error.certain) == (Denied, "private_address", True)
        assert script.requests == []


NOT_PUBLIC = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "0.0.0.0", "169.254.169.254", "100.64.0.1", "224.0.0.1"),
    *("::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "ff02::1"),
)


@pytest.mark.parametrize(
    ("address", "public"),
    [*((each, False) for each in NOT_PUBLIC), ("93.184.216.34", True), ("2606:4700::1111", True)],
)
def test_public_addresses_are_those_of_the_internet(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_nothing_is_listed_found_or_made(speak: Speak, sandbox: Sandbox) -> None:
    session = speak(sandbox)
    for ask in (CONNECTOR.list, lambda it: CONNECTOR.find(it, "VIP"), lambda it: CONNECTOR.create(it, AudienceSpec())):
        with pytest.raises(ConfigError, match="must exist already"):
            ask(session)
    assert sandbox.requests == []


def test_the_preview_is_the_request_with_its_secrets_masked(speak: Speak, sandbox: Sandbox) -> None:
    session = speak(sandbox, headers={"X-Version": "2"}, secret_headers={"X-Partner": "p-1"})
    shown = CONNECTOR.preview(session, AUDIENCE, "remove", ROWS)
    assert shown == {
        "method": "DELETE",
        "url": f"{sandbox.url}/receiver/42/delete",
        "query": {},
        "headers": {"Content-Type": "application/json", "X-Version": "2", "X-Partner": "***", "Authorization": "***"},
        "json": [{"id": "1"}, {"id": "2"}],
    }
    assert TOKEN not in json.dumps(shown)


def test_the_check_renders_every_action_and_says_what_it_cannot_see(speak: Speak, sandbox: Sandbox) -> None:
    lines = list(CONNECTOR.check(speak(sandbox), AudienceSpec(id=AUDIENCE)))
    assert [each.what for each in lines if not each.ok] == []
    told = {each.what: each.found for each in lines}
    assert told["action insert"] == "POST /receiver/42/insert, an object, at most 1,000 records"
    assert told["action delete"] == "DELETE /receiver/42/delete, a list, at most 1,000 records"
    assert told["credentials, audience, body"] == "not looked at"
    assert sandbox.requests == []


def test_the_check_finds_what_a_template_cannot_do(speak: Speak, sandbox: Sandbox) -> None:
    broken = {**INSERT, "body": '{"n": $number($$.connection.audienceName), "r": [$$.records.{"e": email}]}'}
    lines = list(CONNECTOR.check(speak(sandbox, actions={"insert": broken}), AudienceSpec(id=AUDIENCE)))
    assert [(each.what, each.found) for each in lines if not each.ok] == [
        ("action insert", "$number: a value is not a number")
    ]
    assert "action delete" in [each.what for each in lines if each.found == "none"]
    [unnamed] = [each for each in CONNECTOR.check(speak(sandbox), AudienceSpec(name="VIP")) if not each.ok]
    assert unnamed.remedy == "set audience: id; nothing is created"


def test_strict_templates_fall_into_the_traps(speak: Speak) -> None:
    tuples = {"insert": {**INSERT, "body": "[$$.records.[id, email]]"}, "delete": DELETE}
    for strict, body in ((False, [["2", None]]), (True, ["2"])):
        with platform(answer({})) as script:
            send(speak(script, actions=tuples, strict_jsonata=strict), rows=ROWS[1:])
        assert script.requests[0].json == body


def test_the_size_of_a_page_is_the_callers_matter(speak: Speak, sandbox: Sandbox) -> None:
    session = speak(sandbox, actions={"insert": {**INSERT, "body": BODY, "batch_size": 1}})
    for rows in ([], ROWS):
        with pytest.raises(ValueError, match="rows"):
            send(session, rows=rows)


def test_a_secret_that_cannot_travel_is_not_shown() -> None:
    with pytest.raises((ConfigError, DestinationError)) as caught:
        CONNECTOR.connect(sync_of(token="tök-1"), Ports())
    assert "tök" not in str(caught.value)
