"""LinkedIn Audience by DMP segments: users or companies are added to a segment and removed from it, 5,000 a request.

learn.microsoft.com/linkedin, Matched Audiences (read 2026-11-22). An answer has a verdict for each element; those worth
another try are sent again alone. Adding and removing are operations on a set of members: a request can be repeated.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from typing import Any

from warehouse_sync.errors import ConfigError, DestinationError
from warehouse_sync.http import Http, Reply, Verdict
from warehouse_sync.model import Action, AudienceSpec, PlanRow, Ports, Receipt, Sync
from warehouse_sync.wire import require_printable

from . import Connector
from .linkedin_check import check
from .linkedin_elements import ELEMENTS, PATHS, Fate, body_of, distinct, fates
from .linkedin_errors import THROTTLE_PAUSE, classify, trace
from .linkedin_fields import COMPANY_FIELDS, FIELDS, USER_FIELDS
from .linkedin_segments import (
    BATCH,
    SEGMENTS,
    LinkedIn,
    audiences,
    create,
    delete,
    emptied,
    find,
    incomplete,
    open_audience,
)
from .linkedin_settings import MOST_ROWS, AudienceSettings, Destination, Options
from .linkedin_tokens import Tokens

ROUNDS = 4
"""How often an element is sent at most where LinkedIn gives no verdict on it."""
SOON = 7 * 86_400

log = logging.getLogger(__name__)


def connect(sync: Sync, ports: Ports) -> LinkedIn:
    """Ready to speak for this sync; no request yet. Raises `ConfigError` for an unfit address or secret."""
    settings: Destination = sync.destination
    common: dict[str, Any] = {"connector": "linkedin", "budget": settings.budget(), "ca_bundle": settings.ca_bundle}
    common["trust_env"] = settings.trust_env
    tokens = Tokens(settings, ports, _for_tokens(settings, ports, common))
    require_printable({"Authorization": tokens.token or ""})
    headers = {"LinkedIn-Version": settings.api_version, "X-Restli-Protocol-Version": "2.0.0"}

    def judge(reply: Reply) -> Verdict:
        return linkedin.judge(reply)

    base = f"{settings.base_url.rstrip('/')}/rest"
    http = Http(base, judge, ports, headers=headers, authorise=tokens.header, **common)
    audience = AudienceSettings.model_validate(dict(sync.audience.settings))
    mapped = frozenset(each.field for each in sync.mapping)
    linkedin = LinkedIn(settings, audience, mapped, ports, tokens, http)
    _warn_of_end(settings, ports)
    return linkedin


def _for_tokens(settings: Destination, ports: Ports, common: Mapping[str, Any]) -> Http:
    """The address for tokens. Raises `ConfigError` under its own name."""
    try:
        return Http(settings.oauth_url, classify, ports, **common)
    except ConfigError as error:
        raise ConfigError(error.message.replace("base_url", "oauth_url"), key="oauth_url") from None


def _warn_of_end(settings: Destination, ports: Ports) -> None:
    if settings.access_token_expires is None or settings.refresh_token is not None:
        return
    end = datetime.combine(settings.access_token_expires, time(), UTC).timestamp()
    if end - ports.wall() < SOON:
        log.warning("linkedin: the access token ends on %s; make a new one", settings.access_token_expires.isoformat())


@dataclass
class _Page:
    """The elements of one page that have no verdict yet, and the verdicts on rows so far."""

    left: dict[bytes, list[int]]
    last: dict[bytes, Fate] = field(default_factory=dict)
    refused: dict[int, tuple[str, str]] = field(default_factory=dict)

    def learn(self, reply: Reply) -> None:
        """Take over what an answer says; what is worth another try stays."""
        for element, found in zip(list(self.left), fates(reply.body, len(self.left)), strict=True):
            if found is not None and found.again:
                self.last[element] = _less_certain(self.last.get(element), found)
                continue
            places = self.left.pop(element)
            if found is not None:
                self.refused.update(dict.fromkeys(places, (found.code, found.reason)))

    def receipt(self, first: Reply) -> Receipt:
        """The end of it: elements that never got a verdict are failures, or in doubt where they may be applied."""
        doubtful = dict[int, tuple[str, str]]()
        for element, places in self.left.items():
            found = self.last[element]
            into = self.refused if found.certain else doubtful
            into.update(dict.fromkeys(places, (found.code, found.reason)))
        return Receipt(first.status, trace(first), rejected=self.refused, doubtful=doubtful)

    def pause(self) -> float:
        """Seconds before the next round."""
        throttled = any(self.last[each].code == "element_throttled" for each in self.left)
        return THROTTLE_PAUSE if throttled else 2.0


def _less_certain(before: Fate | None, now: Fate) -> Fate:
    return now if before is None or before.certain else now._replace(certain=False)


def send(linkedin: LinkedIn, audience: str, action: Action, rows: Sequence[PlanRow]) -> Receipt:
    """Add or remove the rows of one page; the receipt names those that failed. Raises `DestinationError`."""
    page = _Page(distinct(linkedin.audience.type, action, _required(rows)))
    first = _request(linkedin, audience, action, list(page.left))
    page.learn(first)
    for round_ in range(1, ROUNDS):
        if not page.left:
            break
        linkedin.ports.sleep(page.pause() * round_)
        try:
            page.learn(_request(linkedin, audience, action, list(page.left)))
        except DestinationError as error:
            log.warning("linkedin %s members: elements without a verdict stay so: %s", action, error.code)
            if not error.certain:
                page.last = {each: found._replace(certain=False) for each, found in page.last.items()}
            break
    return page.receipt(first)


def _required(rows: Sequence[PlanRow]) -> Sequence[PlanRow]:
    if not 1 <= len(rows) <= MOST_ROWS:
        raise ValueError(f"a page has 1 to {MOST_ROWS} rows")
    return rows


def _request(linkedin: LinkedIn, audience: str, action: Action, elements: Sequence[bytes]) -> Reply:
    encoded = body_of(elements)
    path = f"{SEGMENTS}/{audience}/{PATHS[linkedin.audience.type]}"
    name = f"{action} members"
    return linkedin.http.call("POST", path, name=name, body=lambda: encoded, headers=BATCH, examine=_expects_results)


def _expects_results(body: Any) -> Verdict | None:
    told = body.get("elements") if isinstance(body, dict) else None
    return None if isinstance(told, list) else incomplete("the results")


def preview(linkedin: LinkedIn, audience: str, action: Action, rows: Sequence[PlanRow]) -> Mapping[str, Any]:
    """The request `send` would make, secrets masked."""
    kind, elements = linkedin.audience.type, list[dict[str, Any]]()
    for row in _required(rows):
        element = ELEMENTS[kind](action, row.tokens)
        elements += [] if element in elements else [element]
    return {
        "method": "POST",
        "url": f"{linkedin.http.base}/{SEGMENTS}/{audience}/{PATHS[kind]}",
        "query": {},
        "headers": {
            **linkedin.http.headers,
            **BATCH,
            "Authorization": "Bearer ***",
            "Content-Type": "application/json; charset=utf-8",
        },
        "json": {"elements": elements},
    }


def validate(sync: Sync) -> str | None:
    """What is wrong with the sync's own combination of mapping and settings, or None."""
    number = sync.audience.id
    if number is not None and not (number.isascii() and number.isdigit()):
        return "audience.id must be the digits of a LinkedIn segment's id"
    to = fit(sync.destination, sync.audience, sync.options)
    identifiers = [each.name for each in to.fields if each.role == "identifier"]
    if not {each.field for each in sync.mapping} & set(identifiers):
        return f"mapping needs at least one identifier: {', '.join(identifiers)}"
    return None


def fit(destination: Any, audience: AudienceSpec, _options: Any) -> Connector:
    """The connector for users or for companies, with the rows a request that the destination asks for.

    A company is known by all its identifiers together: a removal has to name exactly those that it was added by.
    """
    if audience.settings.get("type", "USER") == "COMPANY":
        return replace(CONNECTOR, rows=destination.rows_per_request, fields=COMPANY_FIELDS, identity="together")
    return replace(CONNECTOR, rows=destination.rows_per_request, fields=USER_FIELDS)


CONNECTOR = Connector(
    name="linkedin",
    label="LinkedIn Audience",
    destination=Destination,
    audience=AudienceSettings,
    options=Options,
    fields=FIELDS,
    profiles=("linkedin",),
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
    reassert_every="60 days",
    emptied=emptied,
    fit=fit,
)
