"""What the tests of Facebook share: a sync, a page, and how a session is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.scripted import Step, answer
from warehouse_sync.connectors.facebook import CONNECTOR
from warehouse_sync.connectors.facebook_account import Facebook
from warehouse_sync.connectors.facebook_settings import Destination, Options
from warehouse_sync.errors import DestinationError
from warehouse_sync.model import AudienceSpec, Mapped, PlanRow, Source, Sync
from warehouse_sync.sandbox import TOKEN

MARY = "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79"
PHONE = "1ef970831d7963307784fa8688e8fce101a15685d62aa765fed23f3a2c576a4e"
US = "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"
VIP = AudienceSpec(name="VIP")
ROWS = [PlanRow(1, {"EMAIL": MARY})]
PRIVATE = "mary@example.com is not a hash"


def sync_of(url: str, *mapped: str, audience: AudienceSpec = VIP, options: Options | None = None, **more: Any) -> Sync:
    given = {"ad_account_id": "1000000001", "access_token": TOKEN, "base_url": url, **more}
    fields = tuple(Mapped(name, name.lower()) for name in mapped or ("EMAIL",))
    return Sync(
        "vip",
        Source(("customers",)),
        ("id",),
        "facebook",
        "ads",
        Destination.model_validate(given),
        audience,
        fields,
        options or Options(),
    )


Speak = Callable[..., Facebook]


def failure(facebook: Facebook, action: Any = "add", audience: str = "23847289886350582") -> DestinationError:
    with pytest.raises(DestinationError) as caught:
        CONNECTOR.send(facebook, audience, action, ROWS)
    return caught.value


def counted(asked: int = 1) -> Step:
    return answer({"num_received": asked, "num_invalid_entries": 0})
