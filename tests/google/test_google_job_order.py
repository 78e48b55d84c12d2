"""Jobs of a list are run in the order in which they were filled: a removal after the addition would undo it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.google.case import CLOUDY, DANA, Speak
from warehouse_sync.connectors.google import CONNECTOR
from warehouse_sync.model import PlanRow
from warehouse_sync.sandbox import Sandbox

MAIL = f"emailAddress:{DANA}"
Ads = Callable[..., Any]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        yield sandbox
        assert sandbox.journal.failures == []


@pytest.fixture
def ads(sandbox: Sandbox, speak: Speak) -> Ads:
    return lambda **more: speak(sandbox, transport="google_ads", **more)


def send(google: Any, audience: str, action: Any, *emails: str) -> str:
    rows = [PlanRow(at, {"EMAIL": email}) for at, email in enumerate(emails)]
    return str(CONNECTOR.send(google, audience, action, rows).reference)


def poll(google: Any, audience: str, reference: str) -> str:
    assert CONNECTOR.poll is not None
    return CONNECTOR.poll(google, audience, reference).status


def ended(sandbox: Sandbox, ads: Ads, audience: str, *references: str) -> list[str]:
    """What is left in the list when every job was polled in turn until its end."""
    for _ in range(2 * len(references) + 1):
        google = ads()
        for reference in references:
            poll(google, audience, reference)
        google.close()
        sandbox.advance(3601)
    return sorted(sandbox.members(audience))


def test_a_job_is_left_waiting_while_an_older_one_of_the_session_could_not_be_run(
    sandbox: Sandbox, ads: Ads, audience: str
) -> None:
    google = ads(retry_attempts=1)
    leaving, coming = send(google, audience, "remove", DANA), send(google, audience, "add", DANA)
    sandbox.fault("ads_concurrent", platform="google", kind="run")
    google.close()
    assert sandbox.members(audience) == set()
    assert ended(sandbox, ads, audience, leaving, coming) == [MAIL]


def test_a_new_job_is_left_waiting_while_one_that_the_poll_met_waits(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    sandbox.configure(platforms={"google": {"add_seconds": 3600, "remove_seconds": 3600}})
    other = ads()
    send(other, audience, "add", CLOUDY)
    other.close()
    first = ads()
    leaving = send(first, audience, "remove", DANA, CLOUDY)
    first.close()
    second = ads()
    assert poll(second, audience, leaving) == "pending"
    sandbox.advance(3601)  # the other job has ended meanwhile
    coming = send(second, audience, "add", DANA)
    second.close()
    assert ended(sandbox, ads, audience, leaving, coming) == [MAIL]


def test_of_several_that_wait_the_oldest_is_run(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    sandbox.configure(platforms={"google": {"add_seconds": 3600, "remove_seconds": 3600}})
    other = ads()
    send(other, audience, "add", CLOUDY)
    other.close()
    first = ads()
    leaving, coming = send(first, audience, "remove", DANA, CLOUDY), send(first, audience, "add", DANA)
    first.close()
    google = ads()
    assert poll(google, audience, leaving) == "pending"
    sandbox.advance(3601)
    assert poll(google, audience, coming) == "pending"
    google.close()
    assert ended(sandbox, ads, audience, leaving, coming) == [MAIL]
