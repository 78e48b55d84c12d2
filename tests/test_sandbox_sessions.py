"""Upload sessions and the exchange of a whole audience."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests import sandbox_fixtures as fixtures
from tests.sandbox_fixtures import Graph, digest, refusal
from warehouse_sync.sandbox import Sandbox

sandbox, graph, audience = fixtures.sandbox, fixtures.graph, fixtures.audience

SCHEMA = ["EMAIL"]
MINUTE = 60


def rows(*names: str) -> list[list[str]]:
    return [[digest(name)] for name in names]


def batch(number: int, *, last: bool = False, id: int = 11) -> dict[str, Any]:
    return {"session_id": id, "batch_seq": number, "last_batch_flag": last, "estimated_num_total": 100}


def emails(sandbox: Sandbox, audience: str) -> set[str]:
    return {token.removeprefix("EMAIL:") for token in sandbox.members(audience)}


def status(graph: Graph, audience: str) -> int:
    found = graph.call("GET", audience, params={"fields": "operation_status"}).json()
    return int(found["operation_status"]["code"])


def replace(graph: Graph, audience: str, names: str, session: dict[str, Any] | None) -> requests.Response:
    return graph.users("POST", audience, SCHEMA, rows(*names), session=session, edge="usersreplace")


def test_the_count_received_is_of_the_session_so_far(graph: Graph, audience: str) -> None:
    counts = [
        graph.add(audience, SCHEMA, rows(*names), session=batch(number)).json()["num_received"]
        for number, names in ((1, "ab"), (2, "c"), (2, "c"), (3, "de"))
    ]
    assert counts == [2, 3, 3, 5]


def test_without_a_session_each_call_has_its_own(graph: Graph, audience: str) -> None:
    replies = [graph.add(audience, SCHEMA, rows("a")).json() for _ in range(2)]
    assert [reply["num_received"] for reply in replies] == [1, 1]
    assert replies[0]["session_id"] != replies[1]["session_id"]


@pytest.mark.parametrize(
    "wrong",
    [
        "text",
        {"batch_seq": 1},
        {"session_id": 0, "batch_seq": 1},
        {"session_id": 2**63, "batch_seq": 1},
        {"session_id": 1.5, "batch_seq": 1},
        {"session_id": 1, "batch_seq": 0},
        {"session_id": 1, "batch_seq": True},
    ],
)
def test_a_malformed_session_is_refused(graph: Graph, audience: str, wrong: Any) -> None:
    reply = graph.add(audience, SCHEMA, rows("a"), session=wrong)
    assert refusal(reply) == (400, 100, None)


def test_a_session_begins_with_batch_one(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    assert refusal(graph.add(audience, SCHEMA, rows("a"), session=batch(2))) == (400, 2650, 1870147)
    assert sandbox.members(audience) == set()


def test_nothing_follows_the_last_batch(graph: Graph, audience: str) -> None:
    graph.add(audience, SCHEMA, rows("a"), session=batch(1, last=True))
    assert refusal(graph.add(audience, SCHEMA, rows("b"), session=batch(2))) == (400, 2650, 1870159)


@pytest.mark.parametrize(("minutes", "expected"), [(89, 200), (91, 400)])
def test_a_session_ends_after_ninety_minutes(
    graph: Graph, sandbox: Sandbox, audience: str, minutes: int, expected: int
) -> None:
    graph.add(audience, SCHEMA, rows("a"), session=batch(1))
    sandbox.advance(minutes * MINUTE)
    assert graph.add(audience, SCHEMA, rows("b"), session=batch(2)).status_code == expected


def test_the_schema_of_a_session_is_fixed(graph: Graph, audience: str) -> None:
    graph.add(audience, SCHEMA, rows("a"), session=batch(1))
    assert refusal(graph.add(audience, ["PHONE"], rows("b"), session=batch(2))) == (400, 100, None)


def test_sessions_are_listed_with_every_value_a_text(graph: Graph, audience: str) -> None:
    graph.add(audience, SCHEMA, [*rows("a"), ["bad"]], session=batch(1))
    graph.add(audience, SCHEMA, rows("a"), session=batch(1, id=12, last=True))
    found = graph.call("GET", f"{audience}/sessions").json()["data"]
    assert [each["stage"] for each in found] == ["uploading", "finished"]
    (one,) = graph.call("GET", f"{audience}/sessions", params={"session_id": 11}).json()["data"]
    assert all(isinstance(value, str) for value in one.values())
    assert (one["num_received"], one["num_invalid_entries"], one["end_time"]) == ("2", "1", "0")


def test_a_replace_changes_nothing_until_its_last_batch(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    graph.add(audience, SCHEMA, rows("old"))
    replace(graph, audience, "a", batch(1))
    assert (emails(sandbox, audience), status(graph, audience)) == ({digest("old")}, 414)
    reply = replace(graph, audience, "b", batch(2, last=True))
    assert (reply.json()["audience_id"], reply.json()["num_received"]) == (audience, 2)
    assert (emails(sandbox, audience), status(graph, audience)) == ({digest("a"), digest("b")}, 200)


def test_batches_of_a_replace_may_repeat_and_change_places(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    for number, name in ((1, "a"), (3, "c"), (3, "c")):
        assert replace(graph, audience, name, batch(number, last=number == 3)).status_code == 200
        assert status(graph, audience) == 414
    replace(graph, audience, "b", batch(2))
    assert (emails(sandbox, audience), status(graph, audience)) == ({digest(name) for name in "abc"}, 200)


def test_a_replace_needs_its_first_batch_first(graph: Graph, audience: str) -> None:
    assert refusal(replace(graph, audience, "a", batch(2))) == (400, 2650, 1870147)
    assert status(graph, audience) == 200


def test_a_replace_needs_a_session(graph: Graph, audience: str) -> None:
    assert refusal(replace(graph, audience, "a", None)) == (400, 100, None)


def test_during_a_replace_everything_else_is_refused_as_busy(graph: Graph, audience: str) -> None:
    replace(graph, audience, "a", batch(1))
    assert refusal(graph.add(audience, SCHEMA, rows("b"))) == (400, 2650, 1870145)
    assert refusal(graph.remove(audience, SCHEMA, rows("b"))) == (400, 2650, 1870145)
    assert refusal(replace(graph, audience, "b", batch(1, id=12))) == (400, 2650, 1870145)


def test_a_finished_replace_takes_no_more(graph: Graph, audience: str) -> None:
    replace(graph, audience, "a", batch(1, last=True))
    assert refusal(replace(graph, audience, "b", batch(2))) == (400, 2650, 1870159)


def test_a_replace_that_runs_out_of_time_fails_and_keeps_the_old_members(
    graph: Graph, sandbox: Sandbox, audience: str
) -> None:
    graph.add(audience, SCHEMA, rows("old"))
    replace(graph, audience, "a", batch(1))
    sandbox.advance(91 * MINUTE)
    assert refusal(replace(graph, audience, "b", batch(2, last=True))) == (400, 2650, 1870158)
    assert (emails(sandbox, audience), status(graph, audience)) == ({digest("old")}, 415)
    assert replace(graph, audience, "c", batch(1, id=12, last=True)).status_code == 200
    assert emails(sandbox, audience) == {digest("c")}


def test_a_session_of_ordinary_adds_cannot_become_a_replace(graph: Graph, audience: str) -> None:
    graph.add(audience, SCHEMA, rows("a"), session=batch(1))
    assert refusal(replace(graph, audience, "b", batch(2, last=True))) == (400, 2650, 1870145)


def test_an_audience_too_large_or_flagged_is_not_replaced(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    graph.add(audience, SCHEMA, rows("a", "b"))
    sandbox.configure(replace_limit=2)
    assert refusal(replace(graph, audience, "c", batch(1))) == (400, 2650, 1870144)
    sandbox.mark(audience, status=471)
    assert refusal(replace(graph, audience, "c", batch(1))) == (400, 100, 1713230)
