"""What `wsync schedule --health` answers: whether its loop turns, whether it is ready, whether syncs are well."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from tests.projects import acme_is_installed
from tests.shop import BUYERS, Shop, shop
from tests.test_scheduling import NOON, Town, token, town
from warehouse_sync.errors import AudienceRefused, ConfigError, Held, WarehouseError, WsyncError
from warehouse_sync.executing import Report
from warehouse_sync.scheduling import Entry, Tick, Timetable
from warehouse_sync.scheduling_health import Health, served

__all__ = ["acme_is_installed", "shop", "token"]

TICK = Tick("buyers", NOON, NOON)


class Watched:
    """A health that was told of one sync at second 0, and is asked later."""

    def __init__(self) -> None:
        self.now = 0.0
        self.health = Health(lambda: self.now)

    def told(self, *, error: WsyncError | None = None, stop: bool = False, broken: bool = False, code: int = 0) -> None:
        code = error.exit_code if error else code
        report = Report("buyers", "failed" if error else "succeeded", code, error=error)
        entries = {"buyers": Entry("buyers", {"every": "5 minutes"}, TICK, last=(TICK, report, NOON), skipped=2)}
        loop: Any = SimpleNamespace(
            table=Timetable(0, lambda: 0.0, entries),
            broken=ConfigError("wrong") if broken else None,
            stopping=lambda: WsyncError() if stop else None,
        )
        self.health.beat(loop)

    def codes(self) -> tuple[int, int, int]:
        """What the three paths answer."""
        first, second, third = (self.health.answer(path)[0] for path in ("/livez", "/readyz", "/health"))
        return first, second, third


@pytest.fixture
def watched() -> Watched:
    return Watched()


WELL, FAILED, NOT_READY, STUCK = (200, 200, 200), (200, 200, 503), (200, 503, 503), (503, 503, 503)


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, WELL),
        ({"error": Held("another run")}, WELL),
        ({"code": 6}, WELL),
        ({"code": 7}, WELL),
        ({"error": WarehouseError("no connection")}, FAILED),
        ({"error": AudienceRefused("a guard")}, FAILED),
        ({"broken": True}, NOT_READY),
        ({"stop": True}, NOT_READY),
    ],
    ids=str,
)
def test_each_probe_answers_what_it_is_for(facts: dict[str, Any], codes: tuple[int, ...], watched: Watched) -> None:
    watched.told(**facts)
    assert watched.codes() == codes


def test_a_loop_that_turns_no_more_fails_every_probe(watched: Watched) -> None:
    watched.told()
    watched.now = 59
    assert watched.codes() == WELL
    watched.now = 61
    assert watched.codes() == STUCK
    assert watched.health.answer("/livez")[1]["problems"] == ["the loop has not turned for 61 s"]


def test_the_document_tells_last_and_next_of_each_sync_and_no_message(watched: Watched) -> None:
    watched.told(error=WarehouseError("p1@example.com does not fit"))
    code, document = watched.health.answer("/health")
    assert (code, document["ok"], document["problems"]) == (503, False, ["the last run of buyers failed"])
    (line,) = document["syncs"]
    assert line == {
        "sync": "buyers",
        "schedule": {"every": "5 minutes"},
        "next_due": "2026-11-22T12:00:30Z",
        "running_due": None,
        "last": {
            "due": "2026-11-22T12:00:30Z",
            "ended_at": "2026-11-22T12:00:30Z",
            "run_id": None,
            "status": "failed",
            "exit_code": 3,
            "error": "WarehouseError",
        },
        "skipped_ticks": 2,
        "last_skipped": None,
    }
    assert "@" not in json.dumps(document)


def test_it_is_answered_over_http(watched: Watched) -> None:
    watched.told()
    with served(watched.health, "127.0.0.1:0") as url, requests.Session() as session:
        session.trust_env = False
        assert session.get(f"{url}/health?at=once", timeout=5).json()["ok"] is True
        assert session.get(f"{url}/", timeout=5).status_code == 404
        watched.now = 100
        assert session.get(f"{url}/livez", timeout=5).status_code == 503


def test_the_loop_tells_its_health_at_every_turn(tmp_path: Path) -> None:
    here = town(tmp_path, "{every: 5 minutes}", "manual", minutes=6, lasting={"buyers": 8})
    health = Health(lambda: here.clock)
    turns = list[Any]()

    def beat(loop: Any) -> None:
        health.beat(loop)
        turns.append(health.answer("/readyz"))

    live(here, beat)
    assert [code for code, _ in turns[:300]] == [200] * 300
    assert turns[-1][0] == 503
    first, during, last = (turns[at][1]["syncs"][0] for at in (0, 290, -1))
    assert (first["next_due"], first["last"]) == ("2026-11-22T12:05:00Z", None)
    assert (during["next_due"], during["running_due"]) == ("2026-11-22T12:10:00Z", "2026-11-22T12:05:00Z")
    assert (last["running_due"], last["last"]["status"]) == (None, "succeeded")
    assert turns[0][1]["syncs"][1]["schedule"] is None


def live(here: Town, beat: Any) -> None:
    here.beat = beat
    here.live()


@pytest.mark.parametrize("address", ["8322", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:99999"])
def test_an_address_that_is_none_is_refused(address: str, shop: Shop) -> None:
    shop.sync("buyers", BUYERS + "schedule: {every: 1 hour}\n")
    assert "must be HOST:PORT" in shop.wsync("schedule", "--health", address, code=2).output


def test_an_address_that_is_taken_is_named(shop: Shop) -> None:
    shop.sync("buyers", BUYERS + "schedule: {every: 1 hour}\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert f"cannot listen at {address}" in shop.wsync("schedule", "--health", address, code=2).output
