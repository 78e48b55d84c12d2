"""A destination's audiences: listed for choosing, created before a first run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .connectors import Connector, connector_of
from .errors import ConfigError
from .model import Audience, Ports, Sync


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
    """The audiences of the syncs' accounts, each account once. Raises `DestinationError`."""
    accounts = {(sync.connector, connector_of(sync).account(sync.destination)): sync for sync in syncs}
    found = []
    for (_, account), sync in accounts.items():
        with _connected(sync, ports) as (to, api):
            rows = [Listed(sync.destination_name, account, e.id, e.name, dict(e.facts)) for e in to.list(api)]
            found.extend(rows)
    return found


def create(sync: Sync, ports: Ports) -> tuple[Audience, bool]:
    """The audience a sync asks for by name, and whether it was made now. Raises `ConfigError`, `DestinationError`."""
    if sync.audience.name is None:
        raise ConfigError(f"sync {sync.name} names its audience by id: there is nothing to create")
    with _connected(sync, ports) as (to, api):
        named = to.find(api, sync.audience.name)
        if len(named) > 1:
            raise ConfigError(f"{len(named)} audiences have the name that sync {sync.name} asks for; set audience: id")
        return (named[0], False) if named else (to.create(api, sync.audience), True)
