"""What the tests of the HTTP destination share: its settings, a sync, and how a session is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from warehouse_sync.connectors import Connector
from warehouse_sync.connectors.http import CONNECTOR, Session
from warehouse_sync.connectors.http_settings import Destination, Options
from warehouse_sync.errors import DestinationError
from warehouse_sync.model import AudienceSpec, Mapped, PlanRow, Source, Sync
from warehouse_sync.sandbox import TOKEN

AUDIENCE = "42"
LIST = AudienceSpec(id=AUDIENCE, settings={"label": "VIP"})
BODY = '{"list": $$.connection.audienceId, "records": [$$.records.{"id": id, "email": email}]}'
KEYS = "[$$.records.{'id': id}]"
FIELDS = [{"name": "id", "required": True}, {"name": "email"}]
INSERT = {"endpoint": "/receiver/{{connection.audienceId}}/insert", "body": BODY, "fields": FIELDS}
UPDATE = {**INSERT, "endpoint": "/receiver/{{connection.audienceId}}/update", "method": "PATCH"}
DELETE = {**INSERT, "endpoint": "receiver/{{connection.audienceId}}/delete", "method": "DELETE", "body": KEYS,
          "fields": FIELDS[:1]}  # fmt: skip
ACTIONS = {"insert": INSERT, "update": UPDATE, "delete": DELETE}
HERE = {"allow_private": True, "authentication": "bearerToken", "token": TOKEN}
ROWS = [PlanRow(1, {"id": "1", "email": "ann@example.com"}), PlanRow(2, {"id": "2"})]
PRIVATE = "mary@example.com is not shown"

Speak = Callable[..., Session]


def destination(url: str = "https://api.example.com", **more: Any) -> Destination:
    """A destination of three actions; `more` replaces settings, None takes one away."""
    given = {"base_url": url, "actions": ACTIONS, **HERE, **more}
    return Destination.model_validate({name: value for name, value in given.items() if value is not None})


def fitted(**more: Any) -> Connector:
    return CONNECTOR.fitted(destination(**more), LIST, Options())


def sync_of(url: str = "https://api.example.com", *mapped: Any, audience: AudienceSpec = LIST, **more: Any) -> Sync:
    own = {name: more.pop(name) for name in ("options", "hash") if name in more}
    mapping = tuple(each if isinstance(each, Mapped) else Mapped(each, each) for each in mapped or ("id", "email"))
    return Sync(
        "vip",
        Source(("customers",)),
        ("id",),
        "http",
        "api",
        destination(url, **more),
        audience,
        mapping,
        own.get("options", Options()),
        hash=own.get("hash", "on"),
    )


def failure(session: Session, action: Any = "add", rows: Any = ROWS) -> DestinationError:
    with pytest.raises(DestinationError) as caught:
        CONNECTOR.send(session, AUDIENCE, action, rows)
    return caught.value
