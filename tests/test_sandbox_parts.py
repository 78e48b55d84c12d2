"""A new platform joins the stand-in by one class: all that is needed of it is here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from warehouse_sync.sandbox import Sandbox, Summary, faults, platforms
from warehouse_sync.sandbox.members import Entry
from warehouse_sync.sandbox.replies import Refusal, Reply, answer
from warehouse_sync.sandbox.settings import Clock, Settings
from warehouse_sync.sandbox.wire import Call


class Busy(Refusal):
    def reply(self, trace: str) -> Reply:
        return answer({"busy": trace}, 503)


@dataclass(frozen=True)
class Place:
    kind: str
    node: str = "notes"


@dataclass
class Notes:
    """Takes lists of words at /notes/add, and answers 201 without a body."""

    name, kinds, membership, changes = "notes", frozenset({"add"}), frozenset({"add"}), frozenset({"add"})
    refusals, any_body = {"transient": lambda: Busy(1, "busy")}, True

    settings: Settings
    clock: Clock
    words: set[str] = field(default_factory=set)

    def serves(self, path: str) -> bool:
        return path.startswith("/notes/")

    def route(self, call: Call) -> Place:
        return Place("add")

    def perform(self, call: Call, at: Place, base: str) -> Any:
        self.words.update(self.rows(call))
        return Reply(201, b"", {"Location": f"{base}{call.path}"})

    def success(self, value: Any, trace: str) -> Any:
        return value

    def unreadable(self, refusal: Refusal) -> Refusal:
        return refusal

    def echo(self, at: Place, trace: str) -> Mapping[str, str]:
        return {"x-trace": trace}

    def ordered(self, answer: str, reply: Reply, at: Place) -> Reply:
        return reply

    def rows(self, call: Call) -> Sequence[Any]:
        return list(json.loads(call.raw))

    def cells(self, row: Any) -> Sequence[Any]:
        return (row,)

    def holds(self, audience: str) -> bool:
        return audience == "notes"

    def tokens(self, audience: str) -> set[str]:
        return self.words

    def entries(self, audience: str) -> list[Entry]:
        return [Entry(frozenset((word,))) for word in self.words]

    def summary(self) -> list[Summary]:
        return [Summary("notes", "Notes", "me", len(self.words), {"WORD": len(self.words)})]

    def enter_audience(self, name: str, *, id: str, account: str | None) -> str:
        return "notes"

    def mark(self, audience: str, **marks: Any) -> None:
        self.words.update(marks)


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    monkeypatch.setattr(platforms, "OTHERS", (*platforms.OTHERS, Notes))
    monkeypatch.setattr(faults, "CATALOGUES", {**platforms.CATALOGUES, "notes": Notes})
    with Sandbox.start() as sandbox:
        yield sandbox
        assert sandbox.journal.failures == []


def post(sandbox: Sandbox, *words: str) -> requests.Response:
    return requests.post(f"{sandbox.url}/notes/add", json=list(words), timeout=30)


def test_its_paths_are_its_own_and_its_answers_are_as_it_gives_them(sandbox: Sandbox) -> None:
    reply = post(sandbox, "a", "b")
    assert (reply.status_code, reply.headers["Location"]) == (201, f"{sandbox.url}/notes/add")
    assert reply.headers["x-trace"] == sandbox.requests[0].request_id
    assert requests.get(f"{sandbox.url}/v26.0/1", timeout=30).json()["error"]["code"] == 190


def test_journal_counts_and_members_come_for_free(sandbox: Sandbox) -> None:
    post(sandbox, "a", "b")
    assert sandbox.members("notes") == {"a", "b"}
    assert sandbox.counts()["rows"] == {"notes add": 2}
    assert sandbox.counts()["acknowledged"] == {"notes add": 1}
    assert [each.tokens for each in sandbox.summary()] == [{"WORD": 2}]
    sandbox.reset()
    assert sandbox.members("notes") == set()


def test_so_do_ordered_answers_and_broken_ones(sandbox: Sandbox) -> None:
    sandbox.fault("transient", platform="notes", value="b")
    assert post(sandbox, "a").status_code == 201
    assert post(sandbox, "b").status_code == 503
    sandbox.fault("reset_after", platform="notes", kind="users")
    with pytest.raises(requests.ConnectionError):
        post(sandbox, "c")
    assert sandbox.members("notes") == {"a", "c"}
    assert [(each.applied, each.acknowledged) for each in sandbox.requests] == [
        (True, True), (False, False), (True, False)
    ]  # fmt: skip
