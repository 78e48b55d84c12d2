"""Destinations: one file each, every one a `Connector` value.

A new destination is one file that builds a `Connector`, and its name in `BUILT_IN`. Outside packages register theirs
under the entry-point group `warehouse_sync.connectors`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module, metadata
from typing import Any

from pydantic import BaseModel

from ..errors import ConfigError
from ..fields import Field
from ..model import Action, Audience, AudienceSpec, Check, Identity, Later, PlanRow, Ports, Receipt, Sync, Updates

BUILT_IN = ("facebook", "google", "http", "linkedin", "tiktok")
ALIASES = {
    "custom_audience": "http",
    "custom_activation": "http",
    "google_ads": "google",
    "google_adwords_remarketing_lists": "google",
    "google_ads_customer_match": "google",
}
"""Other names of connectors, as other products have them."""


@dataclass(frozen=True)
class Connector:
    """A destination: what it takes and how it is spoken to. A value, not a base class.

    `destination`, `audience` and `options` are pydantic models of the destination block, of the sync's `audience:`
    block (beyond `id` and `name`) and of the sync's `options:`. `fields` is the one field table. `profiles` are the
    normalisation profiles, the default first. `rows` is how many rows one request carries at most.
    `updates` says how a member's new payload travels: as an ordinary add, by an update of its own, or (`replace`)
    by removing what was sent and adding what is wanted. `identity` says what makes a member: each identifier alone,
    all of them together (`record`), those of them that are there (`together`), or the row's primary key (`key`).
    `reassert_every` is how often members are sent again where the sync does not say. `poll` asks for the verdict on
    a request that was only accepted, by its reference; without it every success is final. `emptied` says why the
    platform's list has lost its members, None if it has not.
    `validate` returns a complaint about the sync's own combination of mapping and settings (or None), before any query.
    `account` names the account an audience lives in, for ownership. `connect` makes no request; the object it
    returns is what the functions after it take first, threads may share it, and its `close()` ends it. `find`
    returns the audiences of exactly this name. `open` is called before the first page: the audience, ready to take
    members. `send` makes one request (with its own retries) for the rows of one page, of which there is at least
    one, and returns the platform's receipt, or raises a `DestinationError`.
    `preview` is the request `send` would make, secrets masked; requests that go before it are in its list `first`.
    `delete` takes an audience off the platform for good.
    `clear` empties the list before anything is added to it anew; what it has only accepted may touch nobody who is
    added after it. `replace` makes the rows of one page the whole list. Where there is neither, a list is replaced by
    removing every member before it is added again, which a platform that answers later does not allow.
    `fit` makes of the destination's settings, the audience and the sync's options the connector that they ask for,
    where fields, rows or the way of updates depend on them.
    """

    name: str
    label: str
    destination: type[BaseModel]
    audience: type[BaseModel]
    options: type[BaseModel]
    fields: tuple[Field, ...]
    profiles: tuple[str, ...]
    rows: int
    account: Callable[[Any], str]
    validate: Callable[[Sync], str | None]
    connect: Callable[[Sync, Ports], Any]
    check: Callable[[Any, AudienceSpec], Iterator[Check]]
    list: Callable[[Any], Iterator[Audience]]
    find: Callable[[Any, str], Sequence[Audience]]
    create: Callable[[Any, AudienceSpec], Audience]
    send: Callable[[Any, str, Action, Sequence[PlanRow]], Receipt]
    preview: Callable[[Any, str, Action, Sequence[PlanRow]], Mapping[str, Any]]
    open: Callable[[Any, str], Any] | None = None
    delete: Callable[[Any, str], None] | None = None
    updates: Updates = "add"
    identity: Identity = "identifiers"
    hashing_words: str = "Hashing is"
    reassert_every: str | None = None
    poll: Callable[[Any, str, str], Later] | None = None
    emptied: Callable[[Any, str], str | None] | None = None
    clear: Callable[[Any, str], Receipt] | None = None
    replace: Callable[[Any, str, Sequence[PlanRow]], Receipt] | None = None
    fit: Callable[[Any, AudienceSpec, Any], Connector] | None = None

    def fitted(self, destination: Any, audience: AudienceSpec, options: Any) -> Connector:
        """The connector as these settings make it."""
        return self.fit(destination, audience, options) if self.fit else self


def names() -> tuple[str, ...]:
    """Every connector that can be named in a destination block, built-in ones first."""
    outside = metadata.entry_points(group="warehouse_sync.connectors")
    return (*BUILT_IN, *sorted(point.name for point in outside))


def connector_of(sync: Sync) -> Connector:
    """The connector of a sync, as its settings make it. Raises `ConfigError` where there is none."""
    return connector(sync.connector).fitted(sync.destination, sync.audience, sync.options)


def connector(name: str) -> Connector:
    """The connector of this name. Raises `ConfigError` where there is none."""
    name = ALIASES.get(name, name)
    if name in BUILT_IN:
        found = import_module(f"{__name__}.{name}").CONNECTOR
    else:
        points = metadata.entry_points(group="warehouse_sync.connectors", name=name)
        if not points:
            raise ConfigError(f"there is no destination type {name!r}; known: {', '.join(names())}")
        found = next(iter(points)).load()
    assert isinstance(found, Connector)  # noqa: S101 - an outside package registered something else
    return found
