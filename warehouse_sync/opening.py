"""The one place that puts a project's warehouse, a sync's ledger and its runner together."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

from . import adapters
from .adapters import Warehouse
from .config import Configuration
from .connectors import connector_of
from .errors import ConfigError, WsyncError
from .ledger.core import Ledger
from .model import Ports, Sync
from .runner import Progress, Runner, key_shape
from .statements import Shape
from .waiting import waited_for


def _ignore(_progress: Progress) -> None:
    return None


def _never() -> WsyncError | None:
    return None


@dataclass(frozen=True)
class World:
    """What surrounds a run: its ports, who watches its progress, and who may ask it to stop."""

    ports: Ports = field(default_factory=Ports)
    progress: Callable[[Progress], None] = _ignore
    stopping: Callable[[], WsyncError | None] = _never


@contextmanager
def open_warehouse(project: Configuration, ports: Ports | None = None) -> Iterator[Warehouse]:
    """The project's warehouse, waited for where another process has its file, and closed at the end.

    Raises `Held` or `WarehouseError` where it cannot be opened.
    """
    warehouse = waited_for(lambda: adapters.connect(project.warehouse), ports or Ports())
    try:
        yield warehouse
    finally:
        warehouse.close()


def ledger_of(project: Configuration, sync: Sync, warehouse: Warehouse, ports: Ports) -> Ledger:
    """A sync's ledger, knowing whether its tables hold keys or their digests."""
    shape = Shape(key=sync.primary_key, digest_key=key_shape(sync, connector_of(sync)))
    return Ledger(warehouse, project.state_schema, sync, ports, shape=shape)


@contextmanager
def open_ledger(project: Configuration, sync: Sync, ports: Ports | None = None) -> Iterator[Ledger]:
    """A sync's ledger over a connection of its own."""
    with open_warehouse(project, ports) as warehouse:
        yield ledger_of(project, sync, warehouse, ports or Ports())


@contextmanager
def open_runner(project: Configuration, sync: Sync, world: World) -> Iterator[Runner]:
    """A sync's runner over a connection of its own."""
    with open_ledger(project, sync, world.ports) as ledger:
        yield Runner(ledger, connector_of(sync), world.ports, world.progress, world.stopping)


def stored_key(ledger: Ledger, typed: str, *, as_logged: bool = False) -> str:
    """A key as wsync's tables hold it, from what a user typed: plain, or a JSON array for a composite key.

    `as_logged`: it was copied from the log and is taken as it is. Raises `ConfigError` for a broken array.
    """
    if as_logged:
        return typed
    parts = len(ledger.sync.primary_key)
    plain = typed if parts == 1 else _composite(typed, parts)
    return sha256(plain.encode()).hexdigest() if ledger.shape.digest_key else plain


def _composite(typed: str, parts: int) -> str:
    try:
        values = json.loads(typed)
    except ValueError:
        values = None
    if not isinstance(values, list) or len(values) != parts or not all(_is_scalar(value) for value in values):
        raise ConfigError(f"the key has {parts} columns: write it as a JSON array of {parts} texts")
    return json.dumps([value if isinstance(value, str) else json.dumps(value) for value in values], ensure_ascii=False)


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | bool)
