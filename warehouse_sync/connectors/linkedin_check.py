"""`wsync check` for LinkedIn: what usually keeps a first sync from working, each finding with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from warehouse_sync.errors import DestinationError
from warehouse_sync.model import Audience, AudienceSpec, Check

from .linkedin_errors import AGAIN, REMEDIES
from .linkedin_segments import FAILED, WRONG_TYPE, LinkedIn, audiences, destination, find, open_audience, read
from .linkedin_versions import check_version

LAST_RESORT = "try again; if it stays, show LinkedIn's support the request id"
FEWEST = 300
"""Matched members from which on a segment can be used in a campaign."""
SOON_DAYS, REFRESH_DAYS = 14, 30
WHERE = "Campaign Manager, Plan, Audiences, tab Matched; a new segment is built within 48 hours"
STATES = {
    "BUILDING": ("being built, which takes up to 48 hours", ""),
    "READY": ("ready", ""),
    "UPDATING": ("changes are being applied, which takes up to 24 hours", ""),
    "ARCHIVED": ("archived: not used or changed for 30 days", "use it in a campaign; the next change wakes it"),
    "EXPIRED": (
        "expired: not used or changed for 90 days, its members are gone",
        "run the sync: it adds all of them again",
    ),
}
"""What a state means, and what to do."""


def check(linkedin: LinkedIn, spec: AudienceSpec) -> Iterator[Check]:
    """The lines of the check, cheapest first; what cannot be looked at without an account is left out."""
    yield check_version(linkedin.settings.api_version, _today(linkedin))
    if not linkedin.tokens.renewable:
        yield _token(linkedin)
    yield from _mixed(linkedin)
    reached = _looked("ad account", lambda: _reach(linkedin))
    yield reached
    if reached.ok:
        if linkedin.tokens.renewable:
            yield _refreshable(linkedin)
        yield from _named(linkedin, spec.name) if spec.id is None else _existing(linkedin, spec.id)


def _today(linkedin: LinkedIn) -> date:
    return datetime.fromtimestamp(linkedin.ports.wall(), UTC).date()


def _looked(what: str, look: Callable[[], str]) -> Check:
    try:
        return Check(what, ok=True, found=look())
    except DestinationError as error:
        found = str(error).replace(f"; {REMEDIES.get(error.code)}", "")
        return Check(what, ok=False, found=found, remedy=_remedy(error.code))


def _remedy(code: str) -> str:
    by_code = {
        "unreachable": "check the network, base_url and oauth_url; behind a proxy set trust_env: true",
        "tls_certificate": "set ca_bundle to the file your proxy's certificate comes from",
        "segment_type": WRONG_TYPE,
        "segment_failed": FAILED,
        "other_account": "check audience: id and account_id",
    }
    return by_code.get(code) or REMEDIES.get(code) or LAST_RESORT


def _token(linkedin: LinkedIn) -> Check:
    """A token that was pasted in: how long it still lives, as far as its owner has said."""
    what, ends = "access token", linkedin.settings.access_token_expires
    if ends is None:
        remedy = "set access_token_expires, 60 days after it was made, to be warned in time"
        return Check(what, ok=True, found="nobody has said when it ends", remedy=remedy)
    left = (ends - _today(linkedin)).days
    if left <= 0:
        return Check(what, ok=False, found=f"ended on {ends}", remedy=f"{AGAIN} and set both settings anew")
    remedy = f"{AGAIN} and set both settings anew" if left <= SOON_DAYS else ""
    return Check(what, ok=True, found=f"ends on {ends}, in {left} days", remedy=remedy)


def _refreshable(linkedin: LinkedIn) -> Check:
    """The refresh token, of which LinkedIn tells at each exchange how long it still lives."""
    ends, access = linkedin.tokens.refresh_ends, linkedin.tokens.ends
    words = "" if access is None else f"; the access token ends on {_day(access)} and is renewed by itself"
    if ends is None:
        return Check("refresh token", ok=True, found=f"in use{words}")
    left = int((ends - linkedin.ports.wall()) // 86_400)
    remedy = f"{AGAIN} and set the new refresh_token; use does not prolong it" if left <= REFRESH_DAYS else ""
    return Check("refresh token", ok=True, found=f"ends on {_day(ends)}, in {left} days{words}", remedy=remedy)


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def _mixed(linkedin: LinkedIn) -> Iterator[Check]:
    if linkedin.mapped & {"SHA256_EMAIL", "SHA512_EMAIL", "GOOGLE_AID"} == {"GOOGLE_AID"}:
        found = "GOOGLE_AID is the only identifier; few members are known by it"
        yield Check("identifiers", ok=True, found=found, remedy="map SHA256_EMAIL, too")


def _reach(linkedin: LinkedIn) -> str:
    first, kind = list(islice(audiences(linkedin), 1)), linkedin.audience.type
    return f"{linkedin.settings.account()}, {'has segments' if first else 'no segment yet'} of type {kind}"


def _named(linkedin: LinkedIn, name: str | None) -> Iterator[Check]:
    if name is None:
        yield Check("audience", ok=False, found="neither id nor name is set", remedy="set audience: name")
        return
    found: list[Audience] = []
    yield _looked("audience", lambda: _describe_found(found, find(linkedin, name)))
    if len(found) > 1:
        ids = ", ".join(each.id for each in found)
        remedy = "set audience: id to one of them"
        yield Check("audience name", ok=False, found=f"several have it: {ids}", remedy=remedy)
    if len(found) == 1:
        yield from _existing(linkedin, found[0].id)


def _describe_found(found: list[Audience], matches: Sequence[Audience]) -> str:
    found.extend(matches)
    return f"{len(found)} of this name" if found else "none of this name yet; the first run creates it"


def _existing(linkedin: LinkedIn, audience: str) -> Iterator[Check]:
    facts: list[Audience] = []
    described = _looked("audience", lambda: _describe(facts, read(linkedin, audience)))
    yield described
    if described.ok:
        yield _looked("audience can take members", lambda: _ready(linkedin, audience))
        yield from _states(facts[0].facts)


def _describe(facts: list[Audience], audience: Audience) -> str:
    facts.append(audience)
    return audience.id


def _ready(linkedin: LinkedIn, audience: str) -> str:
    open_audience(linkedin, audience)
    return "yes"


def _states(facts: Mapping[str, Any]) -> Iterator[Check]:
    """What LinkedIn tells of a segment that takes members."""
    state = str(facts.get("status"))
    meaning, remedy = STATES.get(state, ("a state that this version of wsync does not know", ""))
    if state not in ("FAILED", "ERROR"):
        yield Check("audience state", ok=True, found=f"{state}: {meaning}", remedy=remedy)
    size = matched(facts)
    if size is not None and size < FEWEST:
        remedy = f"at least {FEWEST} members must match before a campaign can use it; map more identifiers"
        yield Check("audience size", ok=True, found=f"{size} matched members", remedy=remedy)
    yield Check("where to see it", ok=True, found=WHERE)


def matched(facts: Mapping[str, Any]) -> int | None:
    """How many members matched. `matchedCount` is of the last seven days only: the size comes first."""
    told = destination(facts)
    return next((told[name] for name in ("audienceSize", "matchedCount") if isinstance(told.get(name), int)), None)
