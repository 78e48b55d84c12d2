"""An advertiser's audiences of the streaming API: listed, found by name, made, read, deleted.

TikTok API for Business, Get all audiences and Create/Delete an audience segment (read 2026-11-22). Only audiences of
the type Partner, which that API makes, take its changes; others are neither listed nor found here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from warehouse_sync.errors import ConfigError, Unavailable
from warehouse_sync.http import Http, Verdict
from warehouse_sync.model import Audience, AudienceSpec, Ports

from .tiktok_errors import LOOK
from .tiktok_settings import Destination

LIST_PAGE = 100
"""Audiences asked for at once, the most there can be."""
MOST_PAGES = 1000
LONGEST_NAME = 70
SEGMENTS = "segment/audience/"
LIST = "dmp/custom_audience/list/"
NOT_PARTNER = (
    "the audience was not made by the streaming API (its type is not Partner) and takes no changes from it; choose or "
    "create one that was"
)


@dataclass(frozen=True)
class TikTok:
    """An advertiser that can be spoken to; made by `connect`, shared between threads, closed by its owner."""

    settings: Destination
    mapped: frozenset[str]
    country: str | None
    ports: Ports
    http: Http

    def close(self) -> None:
        self.http.close()


def shortened(name: str) -> str:
    """A name as TikTok keeps it: of more than 70 characters the first 67 and three dots."""
    return name if len(name) <= LONGEST_NAME else f"{name[:67]}..."


def audiences(tiktok: TikTok) -> Iterator[Audience]:
    """Every audience of the advertiser that the streaming API made, in TikTok's order."""
    return (_audience(node) for node in _nodes(tiktok, {}) if is_partner(node))


def find(tiktok: TikTok, name: str) -> Sequence[Audience]:
    """The audiences of exactly this name, as TikTok keeps it, that can take members."""
    return [each for each in audiences(tiktok) if each.name == shortened(name)]


def is_partner(node: Mapping[str, Any]) -> bool:
    """Whether the streaming API made it; the list spells the type with or without the word Audience."""
    return str(node.get("audience_type") or "").lower().startswith("partner")


def _nodes(tiktok: TikTok, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for page in range(1, MOST_PAGES + 1):
        data = _page(tiktok, {**query, "page": str(page), "page_size": str(LIST_PAGE)})
        yield from data["list"]
        if not data["list"] or page >= data["page_info"]["total_page"]:
            return
    words = "tiktok: the list of audiences does not end"
    raise Unavailable(words, connector="tiktok", code="endless_list")


def _page(tiktok: TikTok, query: Mapping[str, str]) -> Mapping[str, Any]:
    asked = {"advertiser_id": tiktok.settings.advertiser_id, **query}
    reply = tiktok.http.call("GET", LIST, name="list audiences", query=asked, examine=_expects_list)
    data: Mapping[str, Any] = reply.body["data"]
    return data


def _expects_list(body: Any) -> Verdict | None:
    data = body.get("data")
    found, info = (data.get("list"), data.get("page_info")) if isinstance(data, dict) else (None, None)
    fine = isinstance(found, list) and all(isinstance(node, dict) and "audience_id" in node for node in found)
    fine = fine and isinstance(info, dict) and isinstance(info.get("total_page"), int)
    return None if fine else incomplete("the list of audiences")


def incomplete(what: str) -> Verdict:
    return Verdict("retry", "unexpected_answer", f"the answer lacks {what}", certain=False)


def _audience(node: Mapping[str, Any]) -> Audience:
    facts = {name: value for name, value in node.items() if name not in ("audience_id", "name")}
    return Audience(str(node["audience_id"]), str(node.get("name", "")), facts)


def create(tiktok: TikTok, spec: AudienceSpec) -> Audience:
    """A new audience of the streaming API.

    An answer that got lost is not followed by a second creation: the audience is looked for by its name instead.
    """
    if not spec.name:
        raise ConfigError("an audience to be created needs a name", key="audience.name")
    try:
        reply = tiktok.http.call(
            "POST",
            SEGMENTS,
            name="create audience",
            json=_segment(tiktok, "create", custom_audience_name=shortened(spec.name)),
            examine=_expects_id,
            repeat=False,
        )
    except Unavailable as error:
        found = () if error.certain else find(tiktok, spec.name)
        if len(found) != 1:
            raise
        return found[0]
    return Audience(str(reply.body["data"]["audience_id"]), shortened(spec.name))


def _segment(tiktok: TikTok, action: str, **more: str) -> dict[str, str]:
    return {"advertiser_id": tiktok.settings.advertiser_id, "action": action, **more}


def _expects_id(body: Any) -> Verdict | None:
    """The new id, which comes as text or as a number."""
    data = body.get("data")
    found = data.get("audience_id") if isinstance(data, dict) else None
    return None if str(found or "").isdecimal() else incomplete("the new audience's id")


def delete(tiktok: TikTok, audience: str) -> None:
    """Delete an audience that the streaming API made. Raises `Denied` where it is missing or of another kind."""
    read(tiktok, audience)
    asked = _segment(tiktok, "delete", delete_audience_id=audience)
    tiktok.http.call("POST", SEGMENTS, name="delete audience", json=asked)


def read(tiktok: TikTok, audience: str, *, usable: bool = False) -> Audience:
    """The audience as TikTok describes it. Raises `Denied` where it is missing, of another kind, or not `usable`."""

    def examine(body: Any) -> Verdict | None:
        node = next(iter(body["data"]["list"]), None) if _expects_list(body) is None else None
        return _expects_list(body) or _obstacle(node, tiktok.ports.wall() if usable else None)

    query = {"advertiser_id": tiktok.settings.advertiser_id, "custom_audience_ids": json.dumps([audience])}
    reply = tiktok.http.call("GET", LIST, name="read audience", query=query, examine=examine)
    return _audience(reply.body["data"]["list"][0])


def open_audience(tiktok: TikTok, audience: str) -> Audience:
    """The audience, ready to take members. Raises `Denied` where it is missing, of another kind, or has expired."""
    return read(tiktok, audience, usable=True)


def _obstacle(node: Mapping[str, Any] | None, now: float | None) -> Verdict | None:
    if node is None:
        words = "the advertiser has no audience of this id; check the audience's id and advertiser_id"
        return Verdict("denied", "missing", words)
    if not is_partner(node):
        return Verdict("denied", "audience_type", NOT_PARTNER)
    if now is not None and expired(node, now):
        return Verdict("denied", "audience_expired", f"the audience has expired; {LOOK}")
    return None


def expired(node: Mapping[str, Any], now: float) -> bool:
    """Whether the audience's time is over. TikTok writes times in UTC."""
    try:
        ends = datetime.strptime(str(node.get("expired_time")), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    return ends.timestamp() <= now
