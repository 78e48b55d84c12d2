"""`wsync schedule` as a process of its own, against a real sandbox and a real database file, ended by real signals."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from tests.shop import BUYERS, ROOT, Shop, people, shop
from tests.test_cli_failures import wait_for_upload

__all__ = ["shop"]

QUICK = """
import time
began, since = time.time(), time.monotonic()
time.time = lambda: began + 30 * (time.monotonic() - since)
from warehouse_sync.cli import main
main()
"""
"""A machine whose clock on the wall is thirty times as fast, so that a minute comes every two seconds."""

PLAIN = "from warehouse_sync.cli import main; main()"
EVERY_MINUTE = BUYERS + "concurrency: 1\nschedule: {cron: '* * * * *'}\n"

MANY = """
select n as id, 'p' || n || '@example.com' as email, null::text as phone, null::text as city from range(1, 20002) c(n)
"""
"""One customer more than two requests carry."""


class Scheduler:
    """The process, and the objects it prints, one a line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self.lines = process, queue.Queue[str]()
        self.events: list[dict[str, Any]] = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.put(line)

    def until(self, event: str, seconds: float = 60) -> dict[str, Any]:
        """The next event of this kind."""
        while True:
            self.events.append(json.loads(self.lines.get(timeout=seconds)))
            if self.events[-1]["event"] == event:
                return self.events[-1]

    def end(self, number: int) -> int:
        """Send a signal; the exit code, when everything that was printed is read."""
        self.process.send_signal(number)
        code = self.process.wait(timeout=60)
        self.reader.join()
        while not self.lines.empty():
            self.events.append(json.loads(self.lines.get()))
        return code

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]


@contextmanager
def scheduler(shop: Shop, script: str, *words: str) -> Iterator[Scheduler]:
    told = [sys.executable, "-c", script, "schedule", "--json", "--project-dir", str(shop.folder), *words]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), **shop.environ}
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(told, env=environ, **pipes) as process:
        try:
            yield Scheduler(process)
        finally:
            process.kill()


def ends_in_the_middle_of_an_upload(shop: Shop, script: str) -> Scheduler:
    """A first tick whose upload is slow, and SIGTERM while it goes on; then an ordinary run."""
    shop.sql("create or replace table customers as " + MANY)
    shop.sync("buyers", EVERY_MINUTE)
    shop.sandbox.fault("slow", kind="users", seconds=5)
    with scheduler(shop, script) as running:
        running.until("started", 90)
        wait_for_upload(shop)
        assert running.end(signal.SIGTERM) == 143
    (ended,) = running.of("ended")
    assert (ended["run"]["status"], ended["run"]["counts"]["succeeded_insert"]) == ("stopped", 10_000)
    assert ended["run"]["counts"]["aborted_rows"] == 10_001
    assert shop.members == 10_000
    assert shop.sql("select phase, status, run_trigger from wsync.runs") == [("settled", "stopped", "schedule")]
    shop.wsync("run")
    assert shop.members == 20_001
    return running


def test_sigterm_in_the_middle_of_an_upload_leaves_what_the_next_run_finishes(shop: Shop) -> None:
    running = ends_in_the_middle_of_an_upload(shop, QUICK)
    assert len(running.of("started")) == 1
    assert running.of("stopping")


@pytest.mark.sweep
def test_a_whole_minute_then_sigterm_in_the_middle_of_the_next_upload(shop: Shop) -> None:
    shop.sync("buyers", EVERY_MINUTE)
    with scheduler(shop, PLAIN, "--health", "127.0.0.1:0") as running:
        first = running.until("ended", 90)
        second = running.until("started", 90)
        assert first["due"] < second["due"]
        assert running.end(signal.SIGTERM) == 143
    assert shop.members == 3
    assert {event["event"] for event in running.events} <= {"keeping", "started", "ended", "stopping"}
    shop.sql("drop schema wsync cascade")
    shop.sandbox.reset()
    ends_in_the_middle_of_an_upload(shop, PLAIN)


def test_a_tick_that_falls_into_a_run_is_skipped_and_both_syncs_share_the_file(shop: Shop) -> None:
    shop.customers(*people(3), table="others")
    shop.sync("buyers", EVERY_MINUTE)
    shop.sync("others", EVERY_MINUTE.replace("main.customers", "main.others").replace("Buyers", "Others"))
    shop.sandbox.fault("slow", kind="users", seconds=3)
    with scheduler(shop, QUICK, "--health", "127.0.0.1:0") as running:
        assert running.process.stderr
        address = running.process.stderr.readline().removeprefix("health at ").strip()
        running.until("skipped")
        with requests.Session() as session:
            session.trust_env = False
            told = session.get(address, timeout=5).json()
        assert (told["ok"], [line["sync"] for line in told["syncs"]]) == (True, ["buyers", "others"])
        while {event["sync"] for event in running.of("ended")} != {"buyers", "others"}:
            assert running.until("ended")["run"]["exit_code"] == 0
        assert running.end(signal.SIGINT) == 130
    assert {each.name: each.entries for each in shop.sandbox.summary()} == {"Buyers": 3, "Others": 3}
