"""A sandbox, a clock, and sessions that are closed at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.scripted import Script, Time
from tests.tiktok.case import sync_of
from warehouse_sync.connectors.tiktok import CONNECTOR
from warehouse_sync.connectors.tiktok_audiences import TikTok
from warehouse_sync.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        yield sandbox
        assert sandbox.journal.failures == []


@pytest.fixture
def time() -> Time:
    return Time(draw=0.5)


@pytest.fixture
def speak(time: Time) -> Iterator[Callable[..., TikTok]]:
    """Connects to a sandbox or a script; every connection is closed at the end."""
    opened: list[TikTok] = []

    def connect(to: Sandbox | Script, *mapped: str, **more: Any) -> TikTok:
        opened.append(CONNECTOR.connect(sync_of(to.url, *mapped, **more), time.ports()))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


@pytest.fixture
def audience(sandbox: Sandbox) -> str:
    """An empty audience of the streaming API, named VIP."""
    return sandbox.create_audience("VIP", platform="tiktok")
