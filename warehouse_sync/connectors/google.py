"""Google Ads Customer Match: lists of contacts, customers' ids or devices, by one of two of Google's APIs.

developers.google.com, Data Manager API and Google Ads API (read 2026-11-22). Either takes changes to a list and says
later what became of them; so a removal and an addition of one identifier are never under way together. Google forgets
members after at most 540 days: they are sent again after half of the list's membership duration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, cast

from warehouse_sync.errors import ConfigError
from warehouse_sync.http import Http, Reply, Verdict
from warehouse_sync.model import Action, Audience, AudienceSpec, Later, PlanRow, Ports, Receipt, Sync

from . import Connector, google_ads
from .google_check import check
from .google_errors import REMEDIES, classify
from .google_fields import BY_TYPE, CONSENTS, FIELDS, PARTS, fields
from .google_session import Google, Transport
from .google_settings import MOST_ROWS, AudienceSettings, Destination, Options, settings_of
from .google_tokens import Tokens


def transport(name: str) -> Transport:
    """The module that speaks one of Google's APIs."""
    return cast(Transport, import_module(f"{__package__}.{TRANSPORTS[name]}"))


TRANSPORTS = {"data_manager": "google_data_manager", "google_ads": "google_ads"}


def connect(sync: Sync, ports: Ports) -> Google:
    """Ready to speak for this sync; no request yet. Raises `ConfigError` for an unfit address or key."""
    settings: Destination = sync.destination
    return Google(
        settings,
        settings_of(sync.audience.settings),
        sync.options or Options(),
        frozenset(each.field for each in sync.mapping),
        sync.reassert_every,
        ports,
        _tokens(settings, ports),
        transport(settings.transport),
    )


def _tokens(settings: Destination, ports: Ports) -> Tokens:
    base, _, path = settings.token_url.rpartition("/")
    try:
        http = Http(
            base,
            _of_tokens,
            ports,
            connector="google",
            budget=settings.budget(),
            ca_bundle=settings.ca_bundle,
            trust_env=settings.trust_env,
        )
    except ConfigError as error:
        raise ConfigError(error.message.replace("base_url", "token_url"), key="token_url") from None
    return Tokens(settings, ports, http, path)


def _of_tokens(reply: Reply) -> Verdict:
    """The token address words its refusals in another way, which `classify` knows, too."""
    if reply.status == 200 and isinstance(reply.body, dict):
        return Verdict("ok")
    found = classify(reply)
    if found.kind != "rejected":
        return found
    words = f"Google gives no token for these credentials; {REMEDIES['reauthorise']}"
    return replace(
        found, kind="denied", code="reauthorise", reason=f"{words}. It responded with status: {reply.status}"
    )


def send(google: Google, audience: str, action: Action, rows: Sequence[PlanRow]) -> Receipt:
    """Add or remove the rows of one page; a receipt means that Google has taken them on. Raises `DestinationError`."""
    return google.via.send(google, audience, action, rows)


def preview(google: Google, audience: str, action: Action, rows: Sequence[PlanRow]) -> Mapping[str, Any]:
    """The request `send` would make, secrets masked."""
    return google.via.preview(google, audience, action, rows)


def poll(google: Google, audience: str, reference: str) -> Later:
    """What became of a request that was accepted."""
    return google.via.poll(google, audience, reference)


def audiences(google: Google) -> Iterator[Audience]:
    """Every list of the account that takes uploaded members."""
    return google.via.audiences(google)


def find(google: Google, name: str) -> Sequence[Audience]:
    """The lists of exactly this name."""
    return google.via.find(google, name)


def create(google: Google, spec: AudienceSpec) -> Audience:
    """A new list."""
    _require_app(google.audience)
    return google.via.create(google, spec)


def _require_app(settings: AudienceSettings) -> None:
    if settings.list_type == "MOBILE_ADVERTISING_ID" and not settings.app_id:
        raise ConfigError(NO_APP, key="audience.app_id")


NO_APP = "a new list of MOBILE_ADVERTISING_ID needs the id of the app that the device ids are from"


def open_audience(google: Google, audience: str) -> Audience:
    """The list, ready to take members."""
    return google.via.open_audience(google, audience)


def delete(google: Google, audience: str) -> None:
    """Delete a list."""
    google.via.delete(google, audience)


def clear(google: Google, audience: str) -> Receipt:
    """Have everybody removed who is in the list now."""
    return google.via.clear(google, audience)


def begin_anew(google: Google, audience: str, rows: Sequence[PlanRow]) -> Receipt:
    """Remove everybody and add these rows, in one job of the Google Ads API."""
    return google_ads.replace(google, audience, rows)


def validate(sync: Sync) -> str | None:
    """What is wrong with the sync's own combination of mapping and settings, or None."""
    number, settings = sync.audience.id, settings_of(sync.audience.settings)
    mapped = {each.field for each in sync.mapping}
    if number is not None and not (number.isascii() and number.isdigit()):
        return "audience.id must be the digits of a list's id"
    if number is None and settings.list_type == "MOBILE_ADVERTISING_ID" and not settings.app_id:
        return f"audience.app_id is missing: {NO_APP}"
    if settings.list_type == "CONTACT_INFO" and 0 < len(mapped & set(PARTS)) < len(PARTS):
        return f"mapping has only a part of the address: Google takes {', '.join(PARTS)} together or not at all"
    found = [each.name for each in BY_TYPE[settings.list_type]]
    if not mapped & set(found):
        return f"mapping needs at least one identifier of {settings.list_type}: {', '.join(found)}"
    return _twice_consented(sync)


def _twice_consented(sync: Sync) -> str | None:
    options = sync.options or Options()
    said = (options.user_data_consent, options.personalization_consent)
    rows = {each.field for each in sync.mapping if each.column is not None}
    for each, word in zip(CONSENTS, said, strict=True):
        if word != "unspecified" and each.name in rows:
            return f"mapping has {each.name}, which options say for everybody, too: keep one of them"
    return None


def fit(destination: Any, audience: AudienceSpec, options: Any) -> Connector:
    """The connector for a list's type: its fields, the rows a request, how often members are sent again."""
    settings = settings_of(audience.settings)
    by_job = destination.transport == "google_ads"
    return replace(
        CONNECTOR,
        clear=None if by_job else clear,
        replace=begin_anew if by_job else None,
        rows=destination.rows_per_request,
        fields=fields(settings.list_type, options or Options()),
        reassert_every=settings.reassert_every(),
    )


CONNECTOR = Connector(
    name="google",
    label="Google Ads Remarketing Lists (Customer Match)",
    destination=Destination,
    audience=AudienceSettings,
    options=Options,
    fields=FIELDS,
    profiles=("google",),
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
    reassert_every="270 days",
    poll=poll,
    clear=clear,
    fit=fit,
)
