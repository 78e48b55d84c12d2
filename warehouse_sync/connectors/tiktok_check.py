"""`wsync check` for TikTok: what usually keeps a first sync from working, each finding with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from warehouse_sync.errors import DestinationError
from warehouse_sync.model import Audience, AudienceSpec, Check

from .tiktok_audiences import NOT_PARTNER, TikTok, audiences, find, open_audience, read, shortened
from .tiktok_errors import LOOK, REMEDIES

KNOWN_VERSION = "v1.3"
PROVEN_ROWS = 1000
LAST_RESORT = "try again; if it stays, show TikTok's support the request id"
WHERE = "Ads Manager, Tools, Audience manager, column Availability; sizes show after 24 to 48 hours"
STREAMING = f"on code 40118, {REMEDIES['not_allow_listed']}; on codes 40001 and 40300, {REMEDIES['no_permission']}"


def check(tiktok: TikTok, spec: AudienceSpec) -> Iterator[Check]:
    """The lines of the check, cheapest first; what cannot be looked at without an account is left out."""
    yield from _settings(tiktok)
    yield from _phones(tiktok)
    reached = _looked("advertiser", lambda: _reach(tiktok))
    yield reached
    if reached.ok:
        yield Check("streaming API", ok=True, found="TikTok tells only when something is sent", remedy=STREAMING)
        yield from _named(tiktok, spec.name) if spec.id is None else _existing(tiktok, spec.id)


def _looked(what: str, look: Callable[[], str]) -> Check:
    try:
        return Check(what, ok=True, found=look())
    except DestinationError as error:
        found = str(error).replace(f"; {REMEDIES.get(error.code)}", "")
        return Check(what, ok=False, found=found, remedy=_remedy(error.code))


def _remedy(code: str) -> str:
    by_code = {
        "unreachable": "check the network and base_url; behind a proxy set trust_env: true",
        "tls_certificate": "set ca_bundle to the file your proxy's certificate comes from",
        "audience_type": NOT_PARTNER,
        "audience_expired": LOOK,
    }
    return by_code.get(code) or REMEDIES.get(code) or LAST_RESORT


def _settings(tiktok: TikTok) -> Iterator[Check]:
    settings = tiktok.settings
    remedy = f"set api_version: {KNOWN_VERSION}, the one this version of wsync was made for"
    known = settings.api_version == KNOWN_VERSION
    yield Check("API version", ok=True, found=settings.api_version, remedy="" if known else remedy)
    if settings.rows_per_request > PROVEN_ROWS:
        remedy = "on code 40061 or 40011 lower it; requests refused for it are halved"
        yield Check("rows_per_request", ok=True, found="more than is known to work", remedy=remedy)


def _phones(tiktok: TikTok) -> Iterator[Check]:
    if "PHONE_SHA256" in tiktok.mapped and tiktok.country is None:
        remedy = "set options: default_country where the column has national numbers"
        yield Check("phone numbers", ok=True, found="those without a country code are left out", remedy=remedy)


def _reach(tiktok: TikTok) -> str:
    first = list(islice(audiences(tiktok), 1))
    return f"{tiktok.settings.advertiser_id}, {'has streaming audiences' if first else 'no streaming audience yet'}"


def _named(tiktok: TikTok, name: str | None) -> Iterator[Check]:
    if name is None:
        yield Check("audience", ok=False, found="neither id nor name is set", remedy="set audience: name")
        return
    if shortened(name) != name:
        remedy = "a name of at most 70 characters stays as it is"
        yield Check("audience name length", ok=True, found="TikTok keeps 67 characters and three dots", remedy=remedy)
    found: list[Audience] = []
    yield _looked("audience", lambda: _describe_found(found, find(tiktok, name)))
    if len(found) > 1:
        ids = ", ".join(each.id for each in found)
        yield Check(
            "audience name", ok=False, found=f"several have it: {ids}", remedy="set audience: id to one of them"
        )
    if len(found) == 1:
        yield from _existing(tiktok, found[0].id)


def _describe_found(found: list[Audience], matches: Sequence[Audience]) -> str:
    found.extend(matches)
    return f"{len(found)} of this name" if found else "none of this name yet; the first run creates it"


def _existing(tiktok: TikTok, audience: str) -> Iterator[Check]:
    facts: list[Audience] = []
    described = _looked("audience", lambda: _describe(facts, read(tiktok, audience)))
    yield described
    if described.ok:
        yield _looked("audience can take members", lambda: _ready(tiktok, audience))
        yield from _states(facts[0])


def _describe(facts: list[Audience], audience: Audience) -> str:
    facts.append(audience)
    return audience.id


def _states(audience: Audience) -> Iterator[Check]:
    """What TikTok tells of an audience that takes members all the same."""
    facts = audience.facts
    if facts.get("is_valid") is False:
        remedy = f"at least 1,000 people must match before it can be used; {WHERE}"
        yield Check("audience in use", ok=True, found="TikTok calls it not valid (yet)", remedy=remedy)
    if facts.get("is_expiring") is True:
        found = f"expires at {facts.get('expired_time')} UTC"
        yield Check("audience expires", ok=True, found=found, remedy="use it in an ad group, or a new sync later on")
    yield Check("where to see it", ok=True, found=WHERE)


def _ready(tiktok: TikTok, audience: str) -> str:
    open_audience(tiktok, audience)
    return "yes"
