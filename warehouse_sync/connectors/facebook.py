"""Facebook Custom Audiences: members are added with POST, removed with DELETE, at most 10,000 a request.

developers.facebook.com, Custom Audience and Custom Audience Users (read 2026-11). A success answer means the
rows were accepted, not that people matched; no row gets a verdict of its own. Every request is an upload
session of its own, so it can be repeated: adding and removing are operations on a set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from warehouse_sync.fields import Field
from warehouse_sync.http import Verdict, encode
from warehouse_sync.model import Action, PlanRow, Receipt, Sync

from . import Connector
from .facebook_account import VALUE, Facebook, connect
from .facebook_audiences import audiences, create, find, incomplete, open_audience, path
from .facebook_check import check
from .facebook_errors import trace
from .facebook_fields import FIELDS
from .facebook_settings import AudienceSettings, Destination, Options

ROWS = 10_000
"""Rows one request may carry (Custom Audience Users, read 2026-11)."""

_ORDER = tuple(each.name for each in FIELDS if each.role != "page")
_SCOPES = tuple(each.name for each in FIELDS if each.role == "page")


def send(facebook: Facebook, audience: str, action: Action, rows: Sequence[PlanRow]) -> Receipt:
    """Add or remove the rows of one page; a receipt means all were accepted. Raises `DestinationError`."""
    method, extra = _verb(facebook, action)
    return _upload(facebook, audience, rows, Upload(method, "users", f"{action} users", extra))


def replace(facebook: Facebook, audience: str, rows: Sequence[PlanRow]) -> Receipt:
    """Make the rows of one page the whole list. Raises `DestinationError`.

    A replacement of several batches takes effect with the last one, has to come within 90 minutes, and keeps every
    other change out until then (Custom Audience Users Replace, read 2026-11-22). One of a single batch has taken effect
    when it is answered, so that the answer to each page says what became of that page: the others are added to it.
    """
    return _upload(facebook, audience, rows, Upload("POST", "usersreplace", "replace users"))


class Upload(NamedTuple):
    """How the rows of one page travel: the method, the edge of the audience, and what a body has beside them."""

    method: str
    edge: str
    name: str
    extra: Mapping[str, str] = MappingProxyType({})


def _upload(facebook: Facebook, audience: str, rows: Sequence[PlanRow], how: Upload) -> Receipt:
    session: dict[str, Any] = {}
    encoded = encode(payload(facebook.options, rows))

    def body() -> bytes:
        session.update(facebook.session(len(rows)))
        rest = encode({"session": session, **how.extra})
        return b'{"payload":' + encoded + b"," + rest[1:]

    reply = facebook.http.call(
        how.method,
        f"{path(audience)}/{how.edge}",
        name=how.name,
        body=body,
        examine=lambda answer: _expects_counts(answer, audience, session["session_id"]),
    )
    received, invalid = (_count(reply.body, name) for name in ("num_received", "num_invalid_entries"))
    return Receipt(reply.status, trace(reply), received=received, invalid=invalid)


def preview(facebook: Facebook, audience: str, action: Action, rows: Sequence[PlanRow]) -> Mapping[str, Any]:
    """The request `send` would make, secrets masked."""
    method, extra = _verb(facebook, action)
    return {
        "method": method,
        "url": f"{facebook.http.base}/{path(audience)}/users",
        "query": dict.fromkeys(facebook.settings.proof(0), "***"),
        "headers": {"Authorization": "Bearer ***", "Content-Type": "application/json; charset=utf-8"},
        "json": {"payload": payload(facebook.options, rows), "session": facebook.session(len(rows)), **extra},
    }


def _verb(facebook: Facebook, action: Action) -> tuple[str, dict[str, str]]:
    if action != "remove":
        return "POST", {}
    return ("DELETE", {}) if facebook.settings.delete_method == "delete" else ("POST", {"method": "DELETE"})


def payload(options: Options, rows: Sequence[PlanRow]) -> dict[str, Any]:
    """The `payload` of a request: one schema for all its rows, in every row a cell for each of its keys."""
    if not 1 <= len(rows) <= ROWS:
        raise ValueError(f"a page has 1 to {ROWS} rows")
    present = set[str]().union(*(row.tokens for row in rows))
    schema = [name for name in _ORDER if name in present]
    data = _data(schema, rows, scoped=len(present) > len(schema))
    scopes = {name: _ids(rows[0].tokens[name]) for name in _SCOPES if name in present}
    source = options.data_source()
    return {
        "schema": schema,
        "data": data,
        **scopes,
        **({"is_raw": options.is_raw} if options.is_raw is not None else {}),
        **({"data_source": source} if source else {}),
    }


def _data(schema: Sequence[str], rows: Sequence[PlanRow], *, scoped: bool) -> list[Sequence[Any]]:
    """In every row a cell for each key of the schema, in its order. `scoped`: rows have page values, too."""
    if not scoped and len(schema) > 1 and all(len(row.tokens) == len(schema) for row in rows):
        pick = itemgetter(*schema)  # no cell is empty: three times as fast
        return [pick(row.tokens) for row in rows]
    cells = [(name, 0 if name == VALUE else "") for name in schema]
    return [[row.tokens.get(name, empty) for name, empty in cells] for row in rows]


def _ids(value: Any) -> list[str]:
    return [str(each) for each in (value if isinstance(value, list | tuple) else [value])]


def _expects_counts(body: Any, audience: str, session: int) -> Verdict | None:
    """A success must be this request's: with counts, and where it names audience and session, with ours."""
    if _count(body, "num_received") is None or _count(body, "num_invalid_entries") is None:
        return incomplete("its counts")
    named = (("audience_id", audience), ("session_id", str(session)))
    if any(name in body and str(body[name]) != ours for name, ours in named):
        return incomplete("the names of this request")
    return None


def _count(body: Mapping[str, Any], name: str) -> int | None:
    value = body.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def validate(sync: Sync) -> str | None:
    """What is wrong with the sync's own combination of mapping and settings, or None."""
    mapped = {each.field for each in sync.mapping}
    scopes = (_without_scope(each, mapped) for each in FIELDS)
    findings = (_unnamed_audience(sync), _nobody_found(mapped), *scopes)
    return next((finding for finding in findings if finding), None)


def _unnamed_audience(sync: Sync) -> str | None:
    number = sync.audience.id
    if number is not None and not (number.isascii() and number.isdigit()):
        return "audience.id must be the digits of a Facebook audience's id"
    return None


def _nobody_found(mapped: set[str]) -> str | None:
    if any(each.name in mapped for each in FIELDS if each.role in ("identifier", "context")):
        return None
    return "the mapping has no field that finds a person; map at least one, for example EMAIL"


def _without_scope(each: Field, mapped: set[str]) -> str | None:
    if each.role != "identifier" or each.name not in mapped or each.needs in (None, *mapped):
        return None
    return f"{each.name} means something only with {each.needs}; map it too, or give it a static value"


CONNECTOR = Connector(
    name="facebook",
    label="Facebook Custom Audiences",
    destination=Destination,
    audience=AudienceSettings,
    options=Options,
    fields=FIELDS,
    profiles=("meta", "rudderstack"),
    rows=ROWS,
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
    replace=replace,
)
