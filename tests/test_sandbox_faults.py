"""What goes wrong on order: refusals, throttles, broken answers, lost requests and lost answers."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any

import pytest
import requests

from tests import sandbox_fixtures as fixtures
from tests.sandbox_fixtures import Graph, digest, refusal
from warehouse_sync.sandbox import ACCOUNT, Sandbox
from warehouse_sync.sandbox.faults import NAMES

sandbox, graph, audience = fixtures.sandbox, fixtures.graph, fixtures.audience

ROW = [[digest("a")]]


def add(graph: Graph, audience: str, name: str = "a") -> requests.Response:
    return graph.add(audience, ["EMAIL"], [[digest(name)]])


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("bad_parameter", (400, 100, None)),
        ("bad_token", (400, 190, None)),
        ("blocked", (400, 368, None)),
        ("busy", (400, 2650, 1870145)),
        ("error_in_200", (200, 2, None)),
        ("expired_token", (401, 190, 463)),
        ("failed_update", (400, 2650, None)),
        ("flagged", (400, 100, 1713230)),
        ("missing", (400, 100, 33)),
        ("not_yet", (404, 803, None)),
        ("old_version", (400, 2635, None)),
        ("partial", (400, 2650, 1870148)),
        ("permission", (403, 200, None)),
        ("terms", (400, 200, 1870034)),
        ("throttled", (400, 80003, None)),
        ("throttled_429", (429, 80003, None)),
        ("throttled_user", (400, 17, 2446079)),
        ("too_much_data", (500, 1, None)),
        ("too_small", (400, 200, 1870047)),
        ("transient", (500, 2, None)),
        ("unknown", (500, 1, None)),
    ],
)
def test_a_refusal_is_answered_once_and_applies_nothing(
    graph: Graph, sandbox: Sandbox, audience: str, answer: str, expected: tuple[int, int, int | None]
) -> None:
    sandbox.fault(answer, kind="add")
    assert refusal(add(graph, audience)) == expected
    assert sandbox.members(audience) == set()
    assert add(graph, audience).status_code == 200
    assert len(sandbox.members(audience)) == 1


@pytest.mark.parametrize("answer", ["throttled", "throttled_429", "throttled_user"])
def test_a_throttle_tells_when_to_come_back_in_its_usage_headers_only(
    graph: Graph, sandbox: Sandbox, audience: str, answer: str
) -> None:
    sandbox.configure(regain_minutes=7)
    sandbox.fault(answer)
    headers = add(graph, audience).headers
    (business,) = json.loads(headers["X-Business-Use-Case-Usage"])[ACCOUNT.removeprefix("act_")]
    assert business["estimated_time_to_regain_access"] == 7
    assert json.loads(headers["X-Ad-Account-Usage"])["acc_id_util_pct"] == 100
    assert json.loads(headers["X-App-Usage"])["call_count"] == 100
    assert "Retry-After" not in headers


@pytest.mark.parametrize(("answer", "status"), [("html", 200), ("html_413", 413), ("html_502", 502)])
def test_a_page_instead_of_json(graph: Graph, sandbox: Sandbox, audience: str, answer: str, status: int) -> None:
    sandbox.fault(answer)
    reply = add(graph, audience)
    assert (reply.status_code, reply.headers["content-type"]) == (status, "text/html; charset=utf-8")


def test_answers_that_are_no_answers(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    for name in ("not_json", "empty", "no_content"):
        sandbox.fault(name)
    found = [add(graph, audience) for _ in range(3)]
    assert [(reply.status_code, reply.text) for reply in found] == [(200, '{"audience_id":'), (200, ""), (204, "")]
    assert add(graph, audience).status_code == 200


def test_a_huge_answer_and_a_small_one_that_unpacks_to_a_huge_one(graph: Graph, sandbox: Sandbox) -> None:
    sandbox.fault("huge")
    sandbox.fault("gzip_bomb")
    assert len(graph.call("GET", "me").content) > 16 << 20
    packed = graph.call("GET", "me", stream=True)
    assert int(packed.headers["Content-Length"]) < 1 << 20
    assert sum(map(len, packed.iter_content(1 << 20))) == 64 << 20


@pytest.mark.parametrize(("answer", "applied"), [("reset_before", False), ("reset_after", True), ("truncated", True)])
def test_a_broken_connection_with_and_without_effect(
    graph: Graph, sandbox: Sandbox, audience: str, answer: str, applied: bool
) -> None:
    sandbox.fault(answer, kind="users")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        add(graph, audience)
    assert bool(sandbox.members(audience)) == applied
    (exchange,) = [each for each in sandbox.requests if each.kind == "add"]
    assert (exchange.applied, exchange.acknowledged) == (applied, False)


@pytest.mark.parametrize("answer", ["truncated", "reset_after", "html", "transient"])
@pytest.mark.parametrize("apply", [True, False])
def test_whether_the_request_takes_effect_can_be_said(
    graph: Graph, sandbox: Sandbox, audience: str, answer: str, apply: bool
) -> None:
    sandbox.fault(answer, apply=apply)
    with suppress(requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        add(graph, audience)
    assert bool(sandbox.members(audience)) == apply
    assert sandbox.counts()["acknowledged"].get("add", 0) == 0


def test_a_slow_answer_comes_in_the_end(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    sandbox.fault("slow", seconds=0.2)
    started = time.monotonic()
    assert add(graph, audience).status_code == 200
    assert time.monotonic() - started >= 0.2
    assert sandbox.counts()["acknowledged"]["add"] == 1


def test_an_answer_nobody_waited_for_is_not_acknowledged(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    sandbox.fault("slow", kind="add", seconds=0.3)
    with pytest.raises(requests.Timeout):
        requests.post(
            f"{sandbox.url}/v26.0/{audience}/users",
            json={"payload": {"schema": ["EMAIL"], "data": ROW}},
            headers={"Authorization": f"Bearer {sandbox.token}"},
            timeout=0.05,
        )
    deadline = time.monotonic() + 5
    while sandbox.counts()["acknowledged"].get("add", 0) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert sandbox.counts()["acknowledged"].get("add", 0) == 0
    assert sandbox.counts()["applied"]["add"] == 1


def test_a_dripping_answer_arrives_whole(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    sandbox.fault("drip", seconds=0.2)
    started = time.monotonic()
    assert add(graph, audience).json()["num_received"] == 1
    assert time.monotonic() - started >= 0.1


def test_a_connection_hung_up_after_the_answer_is_only_a_new_connection(
    graph: Graph, sandbox: Sandbox, audience: str
) -> None:
    sandbox.fault("hangup", times=3)
    assert [add(graph, audience).status_code for _ in range(4)] == [200] * 4


def test_closing_does_not_wait_for_slow_answers() -> None:
    platform = Sandbox.start()
    platform.fault("slow", seconds=60)
    with pytest.raises(requests.Timeout):
        requests.get(f"{platform.url}/v26.0/me", timeout=0.05)
    started = time.monotonic()
    platform.close()
    assert time.monotonic() - started < 5


# Which calls


def test_faults_answer_in_the_order_they_were_given(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    sandbox.fault("transient", times=2)
    sandbox.fault("throttled")
    assert [add(graph, audience).status_code for _ in range(4)] == [500, 500, 400, 200]


def test_calls_may_be_let_through_first(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    sandbox.fault("transient", kind="add", after=2)
    assert [add(graph, audience).status_code for _ in range(4)] == [200, 200, 500, 200]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("add", [500, 200, 200]), ("remove", [200, 500, 200]), ("users", [500, 500, 200]), ("list", [200, 200, 500])],
)
def test_a_fault_meets_only_calls_of_its_kind(
    graph: Graph, sandbox: Sandbox, audience: str, kind: str, expected: list[int]
) -> None:
    sandbox.fault("transient", kind=kind, times=None)
    found = [add(graph, audience), graph.remove(audience, ["EMAIL"], ROW), graph.list()]
    assert [reply.status_code for reply in found] == expected


def test_a_fault_can_be_for_ids_that_begin_alike(graph: Graph, sandbox: Sandbox) -> None:
    spoilt, sound = sandbox.create_audience("x", id="666001"), sandbox.create_audience("y", id="777001")
    sandbox.fault("flagged", audience="666", times=None)
    assert [add(graph, each).status_code for each in (spoilt, sound, spoilt)] == [400, 200, 400]


def test_a_cell_can_be_refused_wherever_it_comes(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    sandbox.refuse(digest("bad"))
    everybody = [[digest(name)] for name in ("a", "bad", "b")]
    assert refusal(graph.add(audience, ["EMAIL"], everybody)) == (400, 100, None)
    assert refusal(graph.add(audience, ["EMAIL"], everybody[1:2])) == (400, 100, None)
    assert graph.add(audience, ["EMAIL"], everybody[::2]).status_code == 200


def test_the_removal_of_a_cell_can_be_refused(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    sandbox.refuse(digest("a"), kind="remove", answer="too_small")
    assert add(graph, audience).status_code == 200
    assert refusal(graph.remove(audience, ["EMAIL"], ROW)) == (400, 200, 1870047)
    sandbox.clear_faults()
    assert graph.remove(audience, ["EMAIL"], ROW).status_code == 200


@pytest.mark.parametrize(
    ("order", "status", "headers", "text"),
    [
        ({"body": {"a": 1}, "status": 202}, 202, {}, '{"a":1}'),
        ({"body": "teapot", "status": 418}, 418, {"Content-Type": "text/plain; charset=utf-8"}, "teapot"),
        ({"body": "", "status": 302, "headers": {"Location": "http://127.0.0.1:9/"}}, 302, {}, ""),
        ({"body": "", "status": 429, "headers": {"Retry-After": "3"}}, 429, {"Retry-After": "3"}, ""),
    ],
)
def test_an_answer_can_be_written_by_hand(
    graph: Graph, sandbox: Sandbox, order: dict[str, Any], status: int, headers: dict[str, str], text: str
) -> None:
    sandbox.fault("custom", **order)
    reply = graph.call("GET", "me", allow_redirects=False)
    assert (reply.status_code, reply.text) == (status, text)
    assert {name: reply.headers[name] for name in headers} == headers


def test_status_and_headers_of_a_named_answer_can_be_changed(graph: Graph, sandbox: Sandbox) -> None:
    sandbox.fault("throttled", status=503, headers={"Retry-After": "9"})
    reply = graph.call("GET", "me")
    assert (refusal(reply), reply.headers["Retry-After"]) == ((503, 80003, None), "9")


def test_a_length_that_is_a_lie(graph: Graph, sandbox: Sandbox) -> None:
    sandbox.fault("custom", body={"id": "1"}, headers={"Content-Length": "99"})
    with pytest.raises(requests.RequestException):
        graph.call("GET", "me")


def test_chunks_cut_short(graph: Graph, sandbox: Sandbox) -> None:
    sandbox.fault("custom", body='9\r\n{"id"', headers={"Transfer-Encoding": "chunked"})
    with pytest.raises(requests.RequestException):
        graph.call("GET", "me")


def test_the_platforms_own_refusal_goes_before_a_lost_answer(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    sandbox.fault("reset_after")
    assert refusal(graph.add(audience, ["SHOE_SIZE"], [["43"]])) == (400, 100, None)


@pytest.mark.parametrize("wrong", [{"answer": "nonsense"}, {"answer": "html", "kind": "nonsense"}])
def test_a_fault_that_cannot_be_is_refused_with_what_can(sandbox: Sandbox, wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="known: "):
        sandbox.fault(**wrong)


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_by_name_ends_and_leaves_the_platform_working(
    graph: Graph, sandbox: Sandbox, audience: str, name: str
) -> None:
    sandbox.fault(name)
    with suppress(requests.RequestException):
        add(graph, audience)
    assert add(graph, audience, "b").status_code == 200


# The journal


def test_the_journal_has_each_request_parsed_whatever_its_encoding(
    graph: Graph, sandbox: Sandbox, audience: str
) -> None:
    reply = add(graph, audience)
    exchange = sandbox.requests[-1]
    assert (exchange.method, exchange.path, exchange.kind, exchange.node, exchange.rows, exchange.status) == (
        "POST",
        f"/v26.0/{audience}/users",
        "add",
        audience,
        1,
        200,
    )
    assert exchange.body["payload"]["data"] == ROW
    assert exchange.headers["authorization"] == "Bearer sandbox-token"
    assert exchange.request_id == reply.headers["x-fb-request-id"]


def test_counts_tell_received_applied_and_acknowledged_apart(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    sandbox.fault("html", apply=True)
    sandbox.fault("transient")
    for _ in range(3):
        add(graph, audience)
    counts = sandbox.counts()
    assert [counts[name]["add"] for name in ("received", "applied", "acknowledged", "rows")] == [3, 2, 1, 2]


@pytest.mark.parametrize(("record", "kept", "bodies"), [("all", 2, True), ("lines", 2, False), ("counts", 0, False)])
def test_the_journal_keeps_as_much_as_it_is_told(record: str, kept: int, bodies: bool) -> None:
    with Sandbox.start(record=record) as platform:
        graph = Graph(platform)
        add(graph, graph.create())
        assert (len(platform.requests), any(each.body for each in platform.requests)) == (kept, bodies)
        assert platform.counts()["rows"] == {"add": 1}
        graph.session.close()


def test_nothing_is_printed(graph: Graph, sandbox: Sandbox, audience: str, capfd: pytest.CaptureFixture[str]) -> None:
    for name in NAMES:
        sandbox.fault(name)
        with suppress(requests.RequestException):
            add(graph, audience, "mary@example.com")
    graph.session.get(f"{sandbox.url}/v26.0/me?x={'x' * 9000}")
    graph.session.get(f"{sandbox.url}/v26.0/me", headers={"Content-Length": "nonsense"})
    assert capfd.readouterr() == ("", "")
    assert digest("mary@example.com") not in repr(sandbox.requests)


def test_a_reset_forgets_everything_but_the_settings(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    sandbox.configure(usage_percent=40)
    sandbox.fault("html", times=None)
    sandbox.reset()
    assert (sandbox.summary(), sandbox.requests, sandbox.counts()["received"]) == ([], [], {})
    assert graph.create()
    assert sandbox.settings.usage_percent == 40
