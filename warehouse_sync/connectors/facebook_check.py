"""`wsync check` for Facebook: what usually keeps a first sync from working, each finding with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from warehouse_sync.errors import DestinationError
from warehouse_sync.model import Audience, AudienceSpec, Check

from .facebook_account import Facebook
from .facebook_audiences import audiences, find, open_audience, read, status_code
from .facebook_errors import MIXED, REMEDIES, RENEWAL, ROLE, TERMS

LAST_EXPIRED = (24, 0)
"""The newest Marketing API version known to have ended, on 2026-10-06 (changelog, read 2026-11)."""
NEEDED = ("ads_management", "ads_read")
WHERE_ACCOUNT = "Ads Manager shows the ad account's id in its account menu (See more ad accounts: the others)"
NOTES = {
    100: "unused for long: Facebook deletes it after 90 more days",
    411: "few people matched: map more identifiers",
    412: "the last upload had many invalid entries: look at the hash setting",
    415: "the last replacement failed",
    470: "its owner is inactive: assign another",
}


def check(facebook: Facebook, spec: AudienceSpec) -> Iterator[Check]:
    """The lines of the check, cheapest first; what cannot be looked at without an account is left out."""
    yield _version(facebook)
    yield from _words(facebook)
    yield from _lasting(facebook)
    reached = _looked("ad account", lambda: _reach(facebook))
    yield reached
    if reached.ok:
        yield _permissions(facebook)
        yield _terms(facebook)
        yield from _named(facebook, spec.name) if spec.id is None else _existing(facebook, spec.id)


def _looked(what: str, look: Callable[[], str]) -> Check:
    try:
        return Check(what, ok=True, found=look())
    except DestinationError as error:
        found = str(error).replace(f"; {REMEDIES.get(error.code)}", "")
        return Check(what, ok=False, found=found, remedy=_remedy(error.code))


LAST_RESORT = "try again; if it stays, show Facebook's support the request id"


def _remedy(code: str) -> str:
    by_code = {
        "unreachable": "check the network and base_url; behind a proxy set trust_env: true",
        "audience_missing": f"{WHERE_ACCOUNT}; {ROLE}",
        "tls_certificate": "set ca_bundle to the file your proxy's certificate comes from",
    }
    return by_code.get(code) or REMEDIES.get(code) or LAST_RESORT


def _version(facebook: Facebook) -> Check:
    version = facebook.settings.api_version
    major, minor = version.removeprefix("v").split(".")
    ended = (int(major), int(minor)) <= LAST_EXPIRED
    if not ended:
        return Check("API version", ok=True, found=version)
    remedy = "set api_version: v26.0; an ended version is served by another one, or not at all"
    return Check("API version", ok=False, found=f"{version}, which has ended", remedy=remedy)


def _words(facebook: Facebook) -> Iterator[Check]:
    for name in facebook.options.unknown_words():
        found = "the word is not in Facebook's lists as we know them; it is sent as it is"
        yield Check(f"options.{name}", ok=True, found=found, remedy="compare it with Custom Audience Users")


def _lasting(facebook: Facebook) -> Iterator[Check]:
    if facebook.mapped & {"EXTERN_ID", "EMAIL", "PHONE", "MADID", "APPUID", "PAGEUID"} == {"EXTERN_ID"}:
        found = "EXTERN_ID is the only identifier, and Facebook forgets external ids after 90 days"
        remedy = "map EMAIL or PHONE too, or later removals find nobody"
        yield Check("identifiers", ok=True, found=found, remedy=remedy)


def _reach(facebook: Facebook) -> str:
    first = list(islice(audiences(facebook), 1))
    return f"{facebook.account}, {'has audiences' if first else 'no audience yet'}"


def _permissions(facebook: Facebook) -> Check:
    granted = _told(facebook, "me/permissions", {}, "read permissions")
    names = _granted(granted.get("data"))
    missing = [name for name in NEEDED if name not in names] if names else []

    if missing:
        found = f"not granted: {', '.join(missing)}"
        return Check("permissions", ok=False, found=found, remedy=f"{RENEWAL}; {ROLE}")
    return Check("permissions", ok=True, found=", ".join(NEEDED) if names else "Facebook does not tell them")


def _granted(data: Any) -> set[str]:
    entries: Sequence[Any] = data if isinstance(data, list) else ()
    dicts = (each for each in entries if isinstance(each, dict))
    return {str(each.get("permission")) for each in dicts if each.get("status") == "granted"}


def _terms(facebook: Facebook) -> Check:
    told = _told(facebook, facebook.account, {"fields": "tos_accepted"}, "read account").get("tos_accepted")
    if not isinstance(told, dict):
        return Check("terms", ok=True, found="Facebook tells only when something is sent")
    valued = told.get("value_based_custom_audience_tos", 1) if facebook.value_based else 1
    if told.get("custom_audience_tos") and valued:
        return Check("terms", ok=True, found="accepted")
    return Check("terms", ok=False, found="the Custom Audience terms are not accepted", remedy=TERMS)


def _told(facebook: Facebook, path: str, query: dict[str, str], name: str) -> dict[str, Any]:
    """What Facebook tells, nothing where it refuses: these looks are a help, not a condition."""
    try:
        body: dict[str, Any] = facebook.http.call("GET", path, name=name, query=query).body
    except DestinationError:
        return {}
    return body


def _named(facebook: Facebook, name: str | None) -> Iterator[Check]:
    if name is None:
        yield Check("audience", ok=False, found="neither id nor name is set", remedy="set audience: name")
        return
    found: list[Audience] = []
    yield _looked("audience", lambda: _describe_found(found, find(facebook, name)))
    if len(found) > 1:
        ids = ", ".join(each.id for each in found)
        remedy = "set audience: id to one of them"
        yield Check("audience name", ok=False, found=f"several have it: {ids}", remedy=remedy)
    if len(found) == 1:
        yield from _existing(facebook, found[0].id)


def _describe_found(found: list[Audience], matches: Sequence[Audience]) -> str:
    found.extend(matches)
    return f"{len(found)} of this name" if found else "none of this name yet; the first run creates it"


def _existing(facebook: Facebook, audience: str) -> Iterator[Check]:
    described = _looked("audience", lambda: _describe(read(facebook, audience)))
    yield described
    if described.ok:
        yield _looked("audience can take members", lambda: _ready(facebook, audience))
        remedy = f"on error 2650: {MIXED}"
        yield Check("data source", ok=True, found="one audience has one data source", remedy=remedy)


def _describe(audience: Audience) -> str:
    note = NOTES.get(status_code(audience.facts) or 0)
    return f"{audience.id}{f'; {note}' if note else ''}"


def _ready(facebook: Facebook, audience: str) -> str:
    open_audience(facebook, audience)
    return "yes"
