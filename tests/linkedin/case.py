"""What the tests of LinkedIn share: a sync, a page, and how a session is asked for."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256, sha512
from typing import Any

import pytest

from tests.scripted import Step, answer
from warehouse_sync.connectors.linkedin import CONNECTOR, fit
from warehouse_sync.connectors.linkedin_segments import LinkedIn
from warehouse_sync.connectors.linkedin_settings import AudienceSettings, Destination, Options
from warehouse_sync.errors import DestinationError
from warehouse_sync.model import AudienceSpec, Mapped, PlanRow, Source, Sync
from warehouse_sync.sandbox import TOKEN
from warehouse_sync.sandbox.linkedin import ACCOUNT, PLATFORM

DANA = "dana@example.com"
DANA_256 = sha256(DANA.encode()).hexdigest()
DANA_512 = (
    "55a222ed7fe4c73f3a5d7889a92ecfb1bb2639a2794abf6951c9a852e4457addcb4156cf31c6c1e7f2d9496f464990fecad510fd4edeaec40"
    "febd562c0a3503c"
)
"""dana@example.com, as the fact sheet has it."""
DEVICE = "ab1234cd-e123-12ef-a123-000000000001"
SEGMENT = "17667093"
USERS = AudienceSpec(name="VIP", settings=AudienceSettings().model_dump())
COMPANIES = AudienceSpec(name="VIP", settings=AudienceSettings(type="COMPANY").model_dump())
ROWS = [PlanRow(1, {"SHA256_EMAIL": DANA_256})]
PRIVATE = "mary@example.com is not a hash"

Speak = Callable[..., LinkedIn]


def by_id(number: str, kind: str = "USER") -> AudienceSpec:
    return AudienceSpec(id=number, settings={"type": kind})


def sync_of(url: str, *mapped: str, audience: AudienceSpec = USERS, **more: Any) -> Sync:
    given = {
        "account_id": ACCOUNT,
        "source_platform": PLATFORM,
        "access_token": TOKEN,
        "base_url": url,
        "oauth_url": f"{url}/oauth/v2",
        **more,
    }
    return Sync(
        "vip",
        Source(("customers",)),
        ("id",),
        "linkedin",
        "ads",
        Destination.model_validate(given),
        audience,
        tuple(Mapped(name, name.lower()) for name in mapped or ("SHA256_EMAIL",)),
        Options(),
    )


REFRESHED = {
    "access_token": None,
    "refresh_token": "sandbox-refresh",
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
}
"""The settings of an app whose tokens renew themselves."""


def hashed(value: str) -> str:
    return sha256(value.encode()).hexdigest()


def hashed_512(value: str) -> str:
    return sha512(value.encode()).hexdigest()


def people(count: int, start: int = 1) -> list[PlanRow]:
    return [PlanRow(at, {"SHA256_EMAIL": hashed(str(at))}) for at in range(start, start + count)]


def failure(linkedin: LinkedIn, action: Any = "add", audience: str = SEGMENT, rows: Any = ROWS) -> DestinationError:
    with pytest.raises(DestinationError) as caught:
        CONNECTOR.send(linkedin, audience, action, rows)
    return caught.value


def told(status: int = 200, body: Any = None, code: str = "", **headers: str) -> Step:
    """LinkedIn's envelope."""
    refusal = {"status": status, "message": PRIVATE, "serviceErrorCode": 100, **({"code": code} if code else {})}
    given = body if body is not None or status < 300 else refusal
    return answer(given, status, {"x-li-uuid": "AAY-1/2+3==", "x-li-fabric": "prod-lva1", **headers})


def results(*statuses: int) -> Step:
    """An answer to a batch: a status for each element."""
    one = [{"status": each, **({"error": {"message": PRIVATE}} if each >= 300 else {})} for each in statuses]
    return told(body={"elements": one})


__all__ = ["CONNECTOR", "LinkedIn", "fit"]
