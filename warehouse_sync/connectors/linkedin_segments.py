"""An ad account's DMP segments of one type: listed, found, made, read, deleted.

learn.microsoft.com/linkedin, DMP segments and DMP segment destinations (read 2026-11-22). A segment has one type for
ever, USER or COMPANY. The id of a new one is in a header. For some seconds, at times minutes, it answers 404.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from warehouse_sync.errors import ConfigError, Unavailable
from warehouse_sync.http import Http, Reply, Verdict
from warehouse_sync.model import Audience, AudienceSpec, Ports

from .linkedin_errors import classify
from .linkedin_settings import AudienceSettings, Destination
from .linkedin_tokens import Tokens

SEGMENTS = "dmpSegments"
LIST_PAGE = 100
MOST_PAGES = 100
YOUNG = 180.0
"""Seconds after its creation in which a segment may still answer 404."""
LONGEST_NAME = 200
CREATE, BATCH = {"X-RestLi-Method": "CREATE"}, {"X-RestLi-Method": "BATCH_CREATE"}
FINDER, GET, DELETE = {"X-RestLi-Method": "FINDER"}, {"X-RestLi-Method": "GET"}, {"X-RestLi-Method": "DELETE"}
WRONG_TYPE = (
    "the segment is of the other type than audience: type says, and a segment keeps its type; set type as it is, or "
    "name another segment in a new sync"
)
FAILED = "LinkedIn failed to build the segment and does not use it; name another one in a new sync"


@dataclass
class LinkedIn:
    """An ad account that can be spoken to; made by `connect`, shared between threads, closed by its owner.

    `born` is when the youngest segment seen was made, in seconds since 1970.
    """

    settings: Destination
    audience: AudienceSettings
    mapped: frozenset[str]
    ports: Ports
    tokens: Tokens
    http: Http
    born: float = 0.0

    def close(self) -> None:
        self.http.close()
        self.tokens.http.close()

    def judge(self, reply: Reply) -> Verdict:
        """The verdict on an answer, with what this session knows: whether a token can be had, how young a segment is.

        It ends a call where nothing is worth trying again.
        """
        found = classify(reply)
        if found.code == "token_refused" and self.tokens.spent():
            return replace(found, kind="retry", seconds=0.0)
        if found.kind == "ok":
            self.tokens.accepted()
        age = self.ports.wall() - self.born
        if found.code == "missing" and age < YOUNG:
            words = "LinkedIn does not know the new segment yet; run again in some minutes"
            return replace(found, kind="retry", code="not_ready", reason=words, seconds=5.0 if age < 10 else 30.0)
        return found

    def key(self, name: str) -> str:
        """What LinkedIn keeps beside the name as `sourceSegmentId`."""
        stable = f"{self.settings.account()}\n{self.audience.type}\n{name}"
        return self.audience.source_segment_id or f"wsync-{hashlib.sha256(stable.encode()).hexdigest()[:24]}"


def audiences(linkedin: LinkedIn) -> Iterator[Audience]:
    """Every segment of the account and the sync's type that this source platform made, in LinkedIn's order."""
    return (_audience(node) for node in _nodes(linkedin, {}) if node.get("type") == linkedin.audience.type)


def find(linkedin: LinkedIn, name: str) -> Sequence[Audience]:
    """The segments of exactly this name and of the sync's type; else the one made for it and renamed since."""
    mine = list(audiences(linkedin))
    named = [each for each in mine if each.name == name]
    return named or [each for each in mine if each.facts.get("sourceSegmentId") == linkedin.key(name)]


def _nodes(linkedin: LinkedIn, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    start = 0
    for _ in range(MOST_PAGES):
        body = _page(linkedin, {**query, "start": str(start), "count": str(LIST_PAGE)})
        yield from body["elements"]
        start += len(body["elements"])
        total = body["paging"].get("total")
        if not body["elements"] or (isinstance(total, int) and start >= total):
            return
    raise Unavailable("linkedin: the list of segments does not end", connector="linkedin", code="endless_list")


def _page(linkedin: LinkedIn, query: Mapping[str, str]) -> Mapping[str, Any]:
    settings = linkedin.settings
    asked = {"q": "account", "account": settings.account(), "sourcePlatform": settings.source_platform, **query}
    reply = linkedin.http.call(
        "GET", SEGMENTS, name="list segments", query=asked, headers=FINDER, examine=_expects_list
    )
    body: Mapping[str, Any] = reply.body
    return body


def _expects_list(body: Any) -> Verdict | None:
    found, paging = (body.get("elements"), body.get("paging")) if isinstance(body, dict) else (None, None)
    fine = isinstance(found, list) and isinstance(paging, dict) and all(map(_is_segment, found))
    return None if fine else incomplete("the list of segments")


def _is_segment(node: Any) -> bool:
    return isinstance(node, dict) and str(node.get("id") or "").isdecimal()


def incomplete(what: str) -> Verdict:
    return Verdict("retry", "unexpected_answer", f"the answer lacks {what}", certain=False)


def _audience(node: Mapping[str, Any]) -> Audience:
    facts = {name: value for name, value in node.items() if name not in ("id", "name")}
    return Audience(str(node["id"]), str(node.get("name", "")), {**facts, "status": status(facts)})


def status(facts: Mapping[str, Any]) -> str | None:
    """The state of the segment at its first destination, LinkedIn's own."""
    found = destination(facts).get("status")
    return found if isinstance(found, str) else None


def destination(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """What LinkedIn tells of the segment as its advertisers have it; empty where it tells nothing."""
    places = facts.get("destinations")
    first = places[0] if isinstance(places, list) and places else None
    return first if isinstance(first, dict) else {}


def create(linkedin: LinkedIn, spec: AudienceSpec) -> Audience:
    """A new segment.

    An answer that got lost is not followed by a second creation: the segment is looked for by its key instead.
    """
    name = spec.name
    if not name:
        raise ConfigError("an audience to be created needs a name", key="audience.name")
    body, key = segment(linkedin, name), linkedin.key(name)
    try:
        reply = linkedin.http.call("POST", SEGMENTS, name="create segment", json=body, headers=CREATE, repeat=False)
        made = created_id(reply)
    except Unavailable as error:
        if error.certain:
            raise
        found = [each for each in _nodes(linkedin, {"sourceSegmentId": key}) if each.get("type") == body["type"]]
        if len(found) != 1:
            raise
        made = str(found[0]["id"])
    linkedin.born = linkedin.ports.wall()
    return Audience(made, name)


def segment(linkedin: LinkedIn, name: str) -> dict[str, Any]:
    """The body that makes a segment."""
    settings = linkedin.settings
    return {
        "name": name,
        "sourcePlatform": settings.source_platform,
        "account": settings.account(),
        "type": linkedin.audience.type,
        "destinations": [{"destination": "LINKEDIN"}],
        "sourceSegmentId": linkedin.key(name),
    }


def created_id(reply: Reply) -> str:
    """The new id, which is in a header. Raises `Unavailable` where it is in none."""
    for name in ("x-restli-id", "x-linkedin-id"):
        found = reply.headers.get(name, "")
        if found.isascii() and found.isdecimal():
            return found
    words = "linkedin: the answer lacks the new segment's id"
    raise Unavailable(words, connector="linkedin", code="unexpected_answer", certain=False)


def delete(linkedin: LinkedIn, audience: str) -> None:
    """Delete a segment of the sync's type. Raises `Denied` where it is missing or of the other type."""
    read(linkedin, audience)
    linkedin.http.call("DELETE", f"{SEGMENTS}/{audience}", name="delete segment", headers=DELETE)


def read(linkedin: LinkedIn, audience: str, *, usable: bool = False) -> Audience:
    """The segment as LinkedIn describes it. Raises `Denied` where it is missing, of the other type, or not `usable`."""

    def examine(body: Any) -> Verdict | None:
        return _obstacle(linkedin, body, usable=usable) if _is_segment(body) else incomplete("the segment")

    reply = linkedin.http.call("GET", f"{SEGMENTS}/{audience}", name="read segment", headers=GET, examine=examine)
    made = reply.body.get("created")
    if isinstance(made, int | float):
        linkedin.born = max(linkedin.born, made / 1000)
    return _audience(reply.body)


def _obstacle(linkedin: LinkedIn, node: Mapping[str, Any], *, usable: bool) -> Verdict | None:
    if node.get("account") not in (None, linkedin.settings.account()):
        return Verdict(
            "denied", "other_account", "the segment is of another ad account; check audience: id, account_id"
        )
    if node.get("type") != linkedin.audience.type:
        return Verdict("denied", "segment_type", WRONG_TYPE)
    if usable and status(node) in ("FAILED", "ERROR"):
        return Verdict("denied", "segment_failed", FAILED)
    return None


def open_audience(linkedin: LinkedIn, audience: str) -> Audience:
    """The segment, ready to take members. Raises `Denied` where it is missing, of the other type, or has failed."""
    return read(linkedin, audience, usable=True)


def emptied(linkedin: LinkedIn, audience: str) -> str | None:
    """Why the segment has lost its members, None where it has not: it expires after 90 days without change or use."""
    if read(linkedin, audience).facts.get("status") != "EXPIRED":
        return None
    return "linkedin: the segment has expired and lost its members (audience_expired); all of them are added again"
