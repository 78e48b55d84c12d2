"""TikTok Audiences by the streaming API: ids are added to an audience and taken out of it, a thousand rows a request.

TikTok API for Business, Add/Delete audience segment mappings (read 2026-11-22). A success answer means the rows were
accepted, not that people matched; no row gets a verdict of its own. Adding and removing are operations on a set of ids:
a request can be repeated.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from warehouse_sync.errors import Rejected
from warehouse_sync.http import Http, encode
from warehouse_sync.model import Action, AudienceSpec, PlanRow, Ports, Receipt, Sync

from . import Connector
from .tiktok_audiences import TikTok, audiences, create, delete, find, open_audience
from .tiktok_check import check
from .tiktok_errors import classify, code_of, trace
from .tiktok_fields import FIELDS, fields
from .tiktok_settings import MOST_ROWS, AudienceSettings, Destination, Options

MAPPING = "segment/mapping/"
_ORDER = tuple(each.name for each in FIELDS)
_NOTHING: Mapping[str, Any] = {}

log = logging.getLogger(__name__)


def connect(sync: Sync, ports: Ports) -> TikTok:
    """Ready to speak for this sync; no request yet. Raises `ConfigError` for an unfit address or secret."""
    settings: Destination = sync.destination
    http = Http(
        f"{settings.base_url.rstrip('/')}/open_api/{settings.api_version}",
        classify,
        ports,
        connector="tiktok",
        headers={"Access-Token": settings.access_token.get_secret_value()},
        budget=settings.budget(),
        ca_bundle=settings.ca_bundle,
        trust_env=settings.trust_env,
    )
    country = getattr(sync.options, "default_country", None)
    return TikTok(settings, frozenset(each.field for each in sync.mapping), country, ports, http)


def send(tiktok: TikTok, audience: str, action: Action, rows: Sequence[PlanRow]) -> Receipt:
    """Add or remove the rows of one page; a receipt means all were accepted. Raises `DestinationError`."""
    encoded = encode(payload(tiktok.settings, audience, action, rows))
    _require_fitting(tiktok.settings, len(encoded), len(rows))
    reply = tiktok.http.call("POST", MAPPING, name=f"{action} members", body=lambda: encoded)
    code = code_of(reply.body)
    if code == 20001:
        log.warning(
            "tiktok %s members: TikTok calls the request a success in part, and does not say of which rows", action
        )
    elif code != 0:
        log.info("tiktok %s members: code %s, taken as the success that the documents show", action, code)
    return Receipt(reply.status, trace(reply))


def _require_fitting(settings: Destination, size: int, rows: int) -> None:
    """Raises `Rejected`, so that the page is halved, where a request would be too long."""
    if size > settings.bytes_per_request and rows > 1:
        words = "tiktok: the request would be longer than bytes_per_request"
        raise Rejected(words, connector="tiktok", code="too_large")


def preview(tiktok: TikTok, audience: str, action: Action, rows: Sequence[PlanRow]) -> Mapping[str, Any]:
    """The request `send` would make, secrets masked."""
    return {
        "method": "POST",
        "url": f"{tiktok.http.base}/{MAPPING}",
        "query": {},
        "headers": {"Access-Token": "***", "Content-Type": "application/json; charset=utf-8"},
        "json": payload(tiktok.settings, audience, action, rows),
    }


def payload(settings: Destination, audience: str, action: Action, rows: Sequence[PlanRow]) -> dict[str, Any]:
    """The body of a request: one schema for all its rows, in every row a cell for each of its types, in its order."""
    if not 1 <= len(rows) <= MOST_ROWS:
        raise ValueError(f"a page has 1 to {MOST_ROWS} rows")
    present = set[str]().union(*(row.tokens for row in rows))
    schema = [name for name in _ORDER if name in present]
    ids = [audience]
    return {
        "advertiser_ids": [settings.advertiser_id],
        "action": "delete" if action == "remove" else "add",
        "id_schema": schema,
        "batch_data": [[_cell(row.tokens.get(name), ids) for name in schema] for row in rows],
    }


def _cell(token: Any, audiences: list[str]) -> Mapping[str, Any]:
    """An id with the audiences it is of; where the row has none, an empty object, never the hash of nothing."""
    return _NOTHING if token is None else {"id": token, "audience_ids": audiences}


def validate(sync: Sync) -> str | None:
    """What is wrong with the sync's own combination of mapping and settings, or None."""
    number = sync.audience.id
    if number is not None and not (number.isascii() and number.isdigit()):
        return "audience.id must be the digits of a TikTok audience's id"
    return None


def fit(destination: Any, _audience: AudienceSpec, options: Any) -> Connector:
    """The connector with the rows a request that the destination asks for, and e-mails in the sync's style."""
    style = getattr(options, "email_style", "plain")
    return replace(CONNECTOR, rows=destination.rows_per_request, fields=fields(style))


CONNECTOR = Connector(
    name="tiktok",
    label="TikTok Audiences",
    destination=Destination,
    audience=AudienceSettings,
    options=Options,
    fields=FIELDS,
    profiles=("tiktok",),
    rows=MOST_ROWS,
    account=Destination.account,
    validate=validate,
    connect=connect,
    check=check,
    list=audiences,
    find=find,
    create=create,
    send=send,
    preview=preview,
    open=open_audience,
    delete=delete,
    hashing_words="Automatically hash PII data is",
    fit=fit,
)
