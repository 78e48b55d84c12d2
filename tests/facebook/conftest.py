"""A sandbox, a clock, and sessions that are closed at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.facebook.case import sync_of
from tests.scripted import Script, Time
from warehouse_sync.connectors.facebook import CONNECTOR
from warehouse_sync.connectors.facebook_account import Facebook
from warehouse_sync.sandbox import Sandbox


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
