"""A destination's audiences: listed for choosing, created before a first run, deleted when none keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .config import Configuration
from .connectors import Connector, connector_of
from .errors import ConfigError
from .ledger import reads
from .model import Audience, Ports, Sync
from .opening import ledger_of, open_warehouse


@dataclass(frozen=True)
class Listed:
    """One audience of an account. `facts` are the platform's own."""

    destination: str
    account: str
    id: str
    name: str
    facts: Mapping[str, Any]


@contextmanager
def _connected(sync: Sync, ports: Ports) -> Iterator[tuple[Connector, Any]]:
    to = connector_of(sync)
    api = to.connect(sync, ports)
    try:
        yield to, api
    finally:
        close = getattr(api, "close", None)
        if close is not None:
            close()


def listed(syncs: Iterable[Sync], ports: Ports) -> list[Listed]:
    """The audiences of the syncs' accounts, each account once. Raises `DestinationError`.

    A destination that can list nothing is left out, unless it is the only one: `ConfigError`.
    """
    accounts = {(sync.connector, connector_of(sync).account(sync.destination)): sync for sync in syncs}
    found = []
    for (_, account), sync in accounts.items():
        try:
            with _connected(sync, ports) as (to, api):
                rows = [Listed(sync.destination_name, account, e.id, e.name, dict(e.facts)) for e in to.list(api)]
        except ConfigError:
            if len(accounts) == 1:
                raise
            continue
        found.extend(rows)
    return found


def delete(project: Configuration, sync: Sync, audience: str, ports: Ports, *, sure: bool) -> Audience:
    """The audience of this id in a sync's account; deleted for good where `sure`.

    Raises `ConfigError` where a sync of the project owns it, where the account has none of this id, or where the
    destination cannot delete; `DestinationError`.
    """
    with _connected(sync, ports) as (to, api):
        if to.delete is None:
            raise ConfigError(f"{to.label}: nothing is deleted from here; delete it where you manage your audiences")
        owner = _owner(project, to.name, audience, ports)
        if owner is not None:
            raise ConfigError(f"sync {owner} owns audience {audience}; give it up first: `wsync abandon {owner}`")
        found = next((each for each in to.list(api) if each.id == audience), None)
        if found is None:
            raise ConfigError("the account has no such audience; `wsync audiences list` shows those there are")
        if sure:
            to.delete(api, audience)
        return found


def _owner(project: Configuration, connector: str, audience: str, ports: Ports) -> str | None:
    """The sync that keeps this audience: by its state, or by its file before the first run."""
    with open_warehouse(project) as warehouse:
        for sync in (each for each in project.syncs if each.connector == connector):
            row = reads.sync_row(ledger_of(project, sync, warehouse, ports))
            if audience in (sync.audience.id, row.audience_id if row else None):
                return sync.name
    return None


def create(sync: Sync, ports: Ports) -> tuple[Audience, bool]:
    """The audience a sync asks for by name, and whether it was made now. Raises `ConfigError`, `DestinationError`."""
    if sync.audience.name is None:
        raise ConfigError(f"sync {sync.name} names its audience by id: there is nothing to create")
    with _connected(sync, ports) as (to, api):
        named = to.find(api, sync.audience.name)
        if len(named) > 1:
            raise ConfigError(f"{len(named)} audiences have the name that sync {sync.name} asks for; set audience: id")
        return (named[0], False) if named else (to.create(api, sync.audience), True)
