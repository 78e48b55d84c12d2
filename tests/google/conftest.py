"""A sandbox, a clock, and sessions that are closed at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.google.case import sync_of
from tests.google.judges import judge_all
from tests.scripted import Script, Time
from warehouse_sync.connectors.google import CONNECTOR
from warehouse_sync.connectors.google_session import Google
from warehouse_sync.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Whatever is sent to it, Google's own messages take."""
    with Sandbox.start() as sandbox:
        yield sandbox
        assert sandbox.journal.failures == []
        judge_all(sandbox.requests)


@pytest.fixture
def time() -> Time:
    return Time(draw=0.5)


@pytest.fixture
def speak(time: Time) -> Iterator[Callable[..., Google]]:
    """Connects to a sandbox or a script; every connection is closed at the end."""
    opened: list[Google] = []

    def connect(to: Sandbox | Script, *mapped: str, **more: Any) -> Google:
        opened.append(CONNECTOR.connect(sync_of(to.url, *mapped, **more), time.ports()))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


@pytest.fixture
def audience(sandbox: Sandbox) -> str:
    """An empty list of contacts, named VIP."""
    return sandbox.create_audience("VIP", platform="google")
