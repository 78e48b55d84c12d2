"""`wsync check` for Google Ads: what usually keeps a first sync from working, each finding with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from warehouse_sync.errors import DestinationError
from warehouse_sync.model import Audience, AudienceSpec, Check

from .google_ads_errors import REMEDIES
from .google_errors import ACCESS
from .google_lists import REOPEN, membership_days
from .google_session import Google

LAST_RESORT = "try again; if it stays, show Google's support the request id"
WHERE = "Google Ads, Tools, Shared library, Audience manager; sizes show after up to 48 hours, from 100 members on"
BOTH = "in the European Economic Area Google uses members only where both consents are granted"


def check(google: Google, spec: AudienceSpec) -> Iterator[Check]:
    """The lines of the check, cheapest first; what cannot be looked at without an account is left out."""
    yield from _phones(google)
    yield _consent(google)
    credentials = _looked("credentials", lambda: _token(google))
    yield credentials
    if not credentials.ok:
        return
    yield from google.via.lines(google)
    reached = _looked("account", lambda: _reach(google))
    yield reached
    if reached.ok:
        yield from _named(google, spec.name) if spec.id is None else _existing(google, spec.id)


def _looked(what: str, look: Callable[[], str]) -> Check:
    try:
        return Check(what, ok=True, found=look())
    except DestinationError as error:
        found = str(error).replace(f"; {REMEDIES.get(error.code)}", "")
        return Check(what, ok=False, found=found, remedy=_remedy(error.code))


def _remedy(code: str) -> str:
    by_code = {
        "unreachable": "check the network, base_url and token_url; behind a proxy set trust_env: true",
        "tls_certificate": "set ca_bundle to the file your proxy's certificate comes from",
        "not_customer_match": "name a list of Customer Match, or another name to have one made",
        "list_closed": REOPEN,
        "not_ours": ACCESS,
    }
    return by_code.get(code) or REMEDIES.get(code) or LAST_RESORT


def _phones(google: Google) -> Iterator[Check]:
    if "PHONE" in google.mapped and google.options.default_country is None:
        remedy = "set options: default_country where the column has national numbers"
        yield Check("phone numbers", ok=True, found="those without a country code are left out", remedy=remedy)


def _consent(google: Google) -> Check:
    said = (google.options.user_data_consent, google.options.personalization_consent)
    fields = ("AD_USER_DATA_CONSENT", "AD_PERSONALIZATION_CONSENT")
    by = [
        "by row" if field in google.mapped and word == "unspecified" else word
        for field, word in zip(fields, said, strict=True)
    ]
    found = f"user data {by[0]}, ad personalization {by[1]}"
    if "denied" in by:
        remedy = "nobody is added, and everybody who is there is removed; set granted where people have consented"
        return Check("consent", ok=True, found=found, remedy=remedy)
    if "unspecified" in by or "unknown" in by:
        remedy = f"{BOTH}: set options: user_data_consent and personalization_consent, or map the consent fields"
        return Check("consent", ok=True, found=found, remedy=remedy)
    return Check("consent", ok=True, found=found)


def _token(google: Google) -> str:
    google.tokens.header()
    return "service account" if google.settings.service_account else "refresh token"


def _reach(google: Google) -> str:
    first = list(islice(google.via.audiences(google), 1))
    manager = google.settings.login_customer_id
    through = f" through {manager}" if manager else ""
    lists = "has Customer Match lists" if first else "no Customer Match list yet"
    return f"{google.settings.customer_id}{through}, {lists}"


def _named(google: Google, name: str | None) -> Iterator[Check]:
    if name is None:
        yield Check("audience", ok=False, found="neither id nor name is set", remedy="set audience: name")
        return
    found: list[Audience] = []
    yield _looked("audience", lambda: _describe_found(found, google.via.find(google, name)))
    if len(found) > 1:
        ids, remedy = ", ".join(each.id for each in found), "set audience: id to one of them"
        yield Check("audience name", ok=False, found=f"several have it: {ids}", remedy=remedy)
    if len(found) == 1:
        yield from _existing(google, found[0].id)


def _describe_found(found: list[Audience], matches: Sequence[Audience]) -> str:
    found.extend(matches)
    return f"{len(found)} of this name" if found else "none of this name yet; the first run creates it"


def _existing(google: Google, audience: str) -> Iterator[Check]:
    facts: list[Audience] = []
    described = _looked("audience", lambda: _describe(facts, google.via.read(google, audience)))
    yield described
    if described.ok:
        yield _looked("audience can take members", lambda: _ready(google, audience))
        yield from _duration(google, facts[0])
        yield Check("where to see it", ok=True, found=WHERE)


def _describe(facts: list[Audience], audience: Audience) -> str:
    facts.append(audience)
    return audience.id


def _ready(google: Google, audience: str) -> str:
    google.via.open_audience(google, audience)
    return "yes"


def _duration(google: Google, audience: Audience) -> Iterator[Check]:
    days = membership_days(audience)
    if days is None:
        return
    if days < google.audience.membership_duration:
        remedy = f"set audience: membership_duration: {days}, so that they are sent again in time"
        yield Check("membership duration", ok=False, found=f"members of the list stay {days} days only", remedy=remedy)
    else:
        again = google.reassert_every or "never"
        yield Check("membership duration", ok=True, found=f"{days} days; sent again every {again}")
