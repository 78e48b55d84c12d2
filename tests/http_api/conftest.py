"""A receiver, a clock, and sessions that are closed at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.http_api.case import AUDIENCE, sync_of
from tests.scripted import Script, Time
from warehouse_sync.connectors.http import CONNECTOR, Session
from warehouse_sync.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A receiver with one empty audience."""
    with Sandbox.start() as sandbox:
        sandbox.create_audience("VIP", id=AUDIENCE, platform="receiver")
        yield sandbox
        assert sandbox.journal.failures == []


@pytest.fixture
def time() -> Time:
    return Time(draw=0.5)


@pytest.fixture
def speak(time: Time) -> Iterator[Callable[..., Session]]:
    """Connects to a sandbox or a script; every connection is closed at the end."""
    opened: list[Session] = []

    def connect(to: Sandbox | Script, *mapped: Any, **more: Any) -> Session:
        opened.append(CONNECTOR.connect(sync_of(to.url, *mapped, **more), time.ports()))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()
