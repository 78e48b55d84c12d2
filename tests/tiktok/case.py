"""What the tests of TikTok share: a sync, a page, and how a session is asked for."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import md5, sha256
from typing import Any

import pytest

from tests.scripted import Step, answer
from warehouse_sync.connectors.tiktok import CONNECTOR
from warehouse_sync.connectors.tiktok_audiences import TikTok
from warehouse_sync.connectors.tiktok_settings import Destination, Options
from warehouse_sync.errors import DestinationError
from warehouse_sync.model import AudienceSpec, Mapped, PlanRow, Source, Sync
from warehouse_sync.sandbox import TOKEN
from warehouse_sync.sandbox.tiktok import ADVERTISER

JANE = "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69"
"""janedoe@gmail.com, as TikTok's help page has it (September 2025)."""
PHONE = "a644642cf5b18c850cda6a57683ab0287c3f28ef939ee5f90f7be5312606f637"
"""+1231234567, the number of TikTok's reference."""
DEVICE = "ab1234cd-e123-12ef-a123-000000000001"
DEVICE_SHA256 = "89b944936c8bb2e3a343a4aba567ef26060f323fb0b95c8579938424ea8bd4a9"
DEVICE_MD5 = "9252187b546c301f2413a0b0e4e096a3"
AUDIENCE = "7212345678901234567"
VIP = AudienceSpec(name="VIP")
ROWS = [PlanRow(1, {"EMAIL_SHA256": JANE})]
PRIVATE = "mary@example.com is not a hash"

Speak = Callable[..., TikTok]


def sync_of(url: str, *mapped: str, audience: AudienceSpec = VIP, options: Options | None = None, **more: Any) -> Sync:
    given = {"advertiser_id": ADVERTISER, "access_token": TOKEN, "base_url": url, **more}
    return Sync(
        "vip",
        Source(("customers",)),
        ("id",),
        "tiktok",
        "ads",
        Destination.model_validate(given),
        audience,
        tuple(Mapped(name, name.lower()) for name in mapped or ("EMAIL_SHA256",)),
        options or Options(),
    )


def hashed(kind: str, value: str) -> str:
    return (md5 if kind.endswith("MD5") else sha256)(value.encode()).hexdigest()


def failure(tiktok: TikTok, action: Any = "add", audience: str = AUDIENCE, rows: Any = ROWS) -> DestinationError:
    with pytest.raises(DestinationError) as caught:
        CONNECTOR.send(tiktok, audience, action, rows)
    return caught.value


def told(code: int = 0, message: str = "OK", data: Any = None, status: int = 200) -> Step:
    """TikTok's envelope."""
    body = {"code": code, "message": message, "request_id": "2026112212a-1", "data": {} if data is None else data}
    return answer(body, status)
