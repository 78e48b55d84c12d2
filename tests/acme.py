"""A small destination of its own, found by entry point as an outside package's would be."""

from __future__ import annotations

from typing import Any, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, SecretStr

from warehouse_sync.connectors import Connector
from warehouse_sync.fields import Field
from warehouse_sync.model import Sync
from warehouse_sync.normalize import as_is

STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Destination(BaseModel):
    model_config = STRICT
    account_id: str
    token: SecretStr
    headers: dict[str, SecretStr] = {}
    region: Literal["eu", "us"] = "eu"
    timeout: float = 60


class AudienceSettings(BaseModel):
    model_config = STRICT
    description: str = ""


class Options(BaseModel):
    model_config = STRICT
    default_country: str | None = None


def validate(sync: Sync) -> str | None:
    named = {mapped.field for mapped in sync.mapping}
    return "LN and FN travel together: map both" if len(named & {"LN", "FN"}) == 1 else None


def unused(*_: Any) -> NoReturn:
    raise AssertionError("reading a configuration makes no request")


def field(name: str, label: str, role: Any = "identifier") -> Field:
    return Field(name, label, role, label, {"plain": as_is}, "https://example.com/fields", "2026-11")


CONNECTOR = Connector(
    name="acme",
    label="Acme Lists",
    destination=Destination,
    audience=AudienceSettings,
    options=Options,
    fields=(
        field("EMAIL", "E-mail address"),
        field("PHONE", "Phone number"),
        field("LN", "Last name", "context"),
        field("FN", "First name", "context"),
        field("COUNTRY", "Country", "context"),
    ),
    profiles=("plain", "shouted"),
    rows=10,
    account=lambda destination: str(destination.account_id),
    validate=validate,
    connect=unused,
    check=unused,
    list=unused,
    find=unused,
    create=unused,
    send=unused,
    preview=unused,
)
