"""The life of a sync's state: renamed, abandoned, pruned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from .config import Configuration
from .errors import ConfigError, WsyncError
from .ledger import claims, moving, reads, settling
from .ledger.core import Ledger, Run
from .ledger.rows import SyncRow
from .model import AudienceSpec, Ports, Source, Sync
from .opening import ledger_of, open_warehouse
from .runner import new_run_id


@dataclass(frozen=True)
class Abandoned:
    """What was given up, or would be: `members` stay on the platform, in `audience_id`."""

    sync: str
    audience_id: str | None
    members: int
    suppressions: int
    done: bool


def known_sync(project: Configuration, name: str) -> Sync:
    """The sync of this name; one without a file is known by its state alone."""
    bare = Sync(name, Source(("unknown",)), ("key",), "", "", None, AudienceSpec(), ())
    return next((sync for sync in project.syncs if sync.name == name), bare)


@contextmanager
def _claimed(project: Configuration, ledger: Ledger, *, ends: bool = True) -> Iterator[Run]:
    """The sync held, and everything it sent settled. `ends` False: the claim goes with the rest of the state.

    Raises `ConfigError` for a sync that never ran.
    """
    _known(project, ledger)
    run = claims.claim(ledger, Run(new_run_id(), 0, "", "", "", "", (), None), account="")
    lease = claims.Lease(ledger, run)
    try:
        settling.recover(ledger, run)
        yield run
    except WsyncError:
        lease.end()
        raise
    if ends:
        lease.end()


@contextmanager
def _ledger(project: Configuration, sync: Sync, ports: Ports) -> Iterator[Ledger]:
    with open_warehouse(project) as warehouse:
        if sync.connector:
            yield ledger_of(project, sync, warehouse, ports)
        else:
            yield Ledger(warehouse, project.state_schema, sync, ports)


def prune(project: Configuration, name: str, ports: Ports, *, missing_ok: bool = False) -> tuple[str, ...]:
    """Apply a sync's retention now: returns the tables that went. `missing_ok`: a sync that never ran has none."""
    with _ledger(project, known_sync(project, name), ports) as ledger:
        if missing_ok and reads.sync_row(ledger) is None:
            return ()
        before = ledger.listing()
        with _claimed(project, ledger) as run:
            settling.prune(ledger, run)
        return tuple(sorted(before - ledger.listing()))


def abandon(project: Configuration, name: str, ports: Ports, *, sure: bool) -> Abandoned:
    """Drop a sync's state. Not `sure`: only say what that would mean."""
    with _ledger(project, known_sync(project, name), ports) as ledger:
        if not sure:
            return _at_stake(project, ledger)
        with _claimed(project, ledger, ends=False) as run:
            told = _at_stake(project, ledger)
            moving.abandon(ledger, run)
        return replace(told, done=True)


def _at_stake(project: Configuration, ledger: Ledger) -> Abandoned:
    row = _known(project, ledger)
    members = sum(each.identities for each in reads.members(ledger))
    suppressions = len(ledger.query("run/suppressions"))
    return Abandoned(ledger.sync.name, row.audience_id, members, suppressions, done=False)


def _known(project: Configuration, ledger: Ledger) -> SyncRow:
    row = reads.sync_row(ledger)
    if row is None:
        raise ConfigError(f"sync {ledger.sync.name} has no state in schema {project.state_schema}: it never ran")
    return row


def rename(project: Configuration, old: str, new: str, ports: Ports) -> None:
    """Move the state of `old` to `new`. Raises `ConfigError` where that cannot be, `Held` while `old` runs.

    Interrupted, it is finished by the same command: until the one row in `syncs` has its new name the old name stands,
    from then on the new one.
    """
    if not any(sync.name == new for sync in project.syncs):
        raise ConfigError(f"the project has no sync {new}: rename its file (or its name:) first, then its state")
    if any(sync.name == old for sync in project.syncs):
        raise ConfigError(f"the project still has a sync {old}; its state stays with it")
    target = known_sync(project, new)
    with open_warehouse(project) as warehouse:
        to = ledger_of(project, target, warehouse, ports)
        source = replace(to, sync=replace(target, name=old))
        if source.tables.token == to.tables.token:
            raise ConfigError(f"{old} and {new} have the same table names; choose another name")
        if reads.sync_row(source) is None:
            _finish(source, to)
            return
        if reads.sync_row(to) is not None:
            raise ConfigError(f"sync {new} has state of its own; abandon it first, or choose another name")
        with _claimed(project, source) as run:
            settling.drop_plans(source, run)
            moving.copy(source, to)
            moving.switch(source, to)
        _finish(source, to)


def _finish(source: Ledger, to: Ledger) -> None:
    if not moving.left(source) or reads.sync_row(to) is None:
        raise ConfigError(f"sync {source.sync.name} has no state: it never ran, or was renamed before")
    moving.clear(source, to)
