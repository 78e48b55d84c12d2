"""A sandbox, a clock that stands at its time, and sessions that are closed at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.linkedin.case import sync_of
from tests.scripted import Script, Time
from warehouse_sync.connectors.linkedin import CONNECTOR
from warehouse_sync.connectors.linkedin_segments import LinkedIn
from warehouse_sync.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        yield sandbox
        assert sandbox.journal.failures == []


@pytest.fixture
def time() -> Time:
    found = Time(draw=0.5)
    found.now = 1_795_305_600.0  # 2026-11-22
    return found


@pytest.fixture
def speak(time: Time) -> Iterator[Callable[..., LinkedIn]]:
    """Connects to a sandbox or a script; every connection is closed at the end."""
    opened: list[LinkedIn] = []

    def connect(to: Sandbox | Script, *mapped: str, **more: Any) -> LinkedIn:
        opened.append(CONNECTOR.connect(sync_of(to.url, *mapped, **more), time.ports()))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


@pytest.fixture
def segment(sandbox: Sandbox) -> str:
    """An empty segment of users, named VIP, of long ago."""
    made = sandbox.create_audience("VIP", platform="linkedin")
    sandbox.mark(made, created=1_700_000_000.0, built=1_700_000_000.0)
    return made


@pytest.fixture
def companies(sandbox: Sandbox) -> str:
    """An empty segment of companies, named VIP."""
    return sandbox.create_audience("VIP", platform="linkedin", type="COMPANY", created=1_700_000_000.0)
