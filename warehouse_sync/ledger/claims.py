"""Who may write: claims, fences, leases. The one test-and-set is `create table` without `if not exists`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from ..errors import AlreadyExists, AnswerLost, Held, WarehouseError
from .core import STATE_VERSION, Ledger, Run

MARGIN = 10.0
"""Seconds that a request's end must come before the lease's."""


@dataclass
class Lease:
    """The claim of a running run. `due` is asked before every page; a lost lease raises `Held`."""

    ledger: Ledger
    run: Run
    renewed: float = field(default=0.0)

    def __post_init__(self) -> None:
        self.renewed = self.ledger.ports.clock()

    def keep(self, request_seconds: float = 0.0) -> None:
        """Renew the lease when a third of it is over, or a request could outlive it. Raises `Held` when it is lost."""
        seconds = self.ledger.sync.lease_seconds
        age = self.ledger.ports.clock() - self.renewed
        if age < seconds / 3 and age + request_seconds + MARGIN < seconds:
            return
        self.ledger.execute("run/heartbeat", self.run, released=0)
        self.confirm()
        self.renewed = self.ledger.ports.clock()

    def confirm(self) -> None:
        """Raises `Held` when another run has taken over: what this one wrote last had no effect."""
        if _newest(self.ledger) > self.run.fence:
            raise Held(f"another run has taken over sync {self.ledger.sync.name}; this one stops")

    def end(self) -> None:
        """End the lease: the last statement of a run."""
        self.ledger.execute("run/heartbeat", self.run, released=1)


def claim(ledger: Ledger, run: Run, *, account: str) -> Run:
    """Become the one writer of the sync: the run, with its fence. Raises `Held` where another run is that.

    The sync's row is made on its first claim, by the one that won it.
    """
    used = max(_newest(ledger), _used_by_runs(ledger))
    fence = 1 + max(used, _free_claim(ledger))
    run = replace(run, fence=fence)
    try:
        ledger.execute("run/claim", run, lease_seconds=ledger.sync.lease_seconds)
    except AlreadyExists as error:
        # Only a repeated try can meet a claim of its own; two processes may apply one plan, and share its id.
        if error.code != "repeated" or ledger.query("run/claim_read", run)[0][0] != run.id:
            raise _held(ledger, "another run claimed it a moment ago") from None
    if max(_used_by_runs(ledger), *claims(ledger)) > fence:
        raise _held(ledger, "another run overtook it")
    ledger.execute("run/new_sync", connector=ledger.sync.connector, account=account, state_version=STATE_VERSION)
    ledger.execute("run/fence", run)
    if _newest(ledger) != fence:
        raise _held(ledger, "another run overtook it")
    return run


def claims(ledger: Ledger) -> list[int]:
    """The fences of this sync's claim tables, highest first."""
    fences = (ledger.tables.fence_of(name) for name in ledger.listing())
    return sorted((fence for fence in fences if fence is not None), reverse=True)


def _newest(ledger: Ledger) -> int:
    row = ledger.sync_row()
    return row.newest_fence if row else 0


def _used_by_runs(ledger: Ledger) -> int:
    return int(ledger.query("run/newest_fence")[0][0])


def _free_claim(ledger: Ledger) -> int:
    """The fence of the newest claim, once its lease is over. Raises `Held` while it is alive.

    The next fence follows from this very listing: a claim made after it takes that fence, and creating it fails.
    """
    newest = max(claims(ledger), default=0)
    if newest and not ledger.warehouse.dialect.single_writer:
        _wait_for_lease(ledger, newest)
    return newest


def _wait_for_lease(ledger: Ledger, newest: int) -> None:
    """A living claim is respected, also one that lives again after the little longer that takeover waits."""
    holder, heartbeat, seconds, released, now = _read(ledger, newest)
    if released:
        return
    expiry = heartbeat + timedelta(seconds=seconds)
    if now < expiry:
        raise _held(ledger, f"run {holder} holds it until {expiry:%H:%M:%S} UTC")
    left = (expiry + timedelta(seconds=ledger.sync.takeover_wait_seconds) - now).total_seconds()
    if left > 0:
        ledger.ports.sleep(left)
        _, again, _, released, _ = _read(ledger, newest)
        if again != heartbeat and not released:
            raise _held(ledger, f"run {holder} is alive after all")


def _read(ledger: Ledger, fence: int) -> tuple[Any, ...]:
    tables = {"claim": ledger.tables.table(ledger.tables.claim(fence))}
    try:
        return ledger.query("run/claim_read", tables=tables)[0]
    except AnswerLost:
        raise
    except WarehouseError:
        raise _held(ledger, "its newest claim cannot be read") from None


def _held(ledger: Ledger, why: str) -> Held:
    return Held(f"sync {ledger.sync.name} is in use: {why}; nothing was sent, try again later")
