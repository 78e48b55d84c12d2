"""`resync --mode replace`: the platform's own way to begin a list anew, else every member is removed and added again.

The plan has every member, and the run is `sending`, before the list is touched: whatever is interrupted after that,
recovery finds each of them in doubt and the next run adds them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from .connectors import Connector
from .delivery import Wire
from .errors import AudienceRefused, ConfigError, DestinationError, Rejected, Unavailable
from .ledger import steps
from .ledger.core import Ledger, Run
from .model import Action, PlanRow, Receipt, Sync


def has_own_way(to: Connector) -> bool:
    """Whether the platform empties or replaces lists itself."""
    return to.clear is not None or to.replace is not None


def check_possible(sync: Sync, to: Connector) -> None:
    """Raises `ConfigError` where the list cannot be replaced."""
    if sync.mode != "mirror":
        raise ConfigError(
            f"resync --mode replace makes the list equal to the source, which mode {sync.mode} of sync {sync.name} "
            "does not ask for; set mode: mirror, or resync without --mode"
        )
    if to.poll is not None and not has_own_way(to):
        raise ConfigError(
            f"{to.label} answers later and has no call that replaces a list: what is removed and added in one run "
            "could end either way; resync without --mode, or give the sync a new audience under another name"
        )


def check_planned(ledger: Ledger, run: Run) -> None:
    """Raises `AudienceRefused` where the plan leaves out a member: with the list it would be lost, and not be known."""
    left = steps.unplanned(ledger, run)
    if left:
        raise AudienceRefused(
            f"{left} members of sync {ledger.sync.name} cannot be planned now, because their verdicts are still to "
            "come or their keys are held without a baseline; replacing the list would lose them. Nothing was sent: "
            "try again after the next run without --mode"
        )


def emptied(wire: Wire) -> DestinationError | None:
    """Let the platform empty the list, where it can; the error that says that nobody knows whether it did."""
    if wire.connector.clear is not None:
        try:
            wire.connector.clear(wire.api, wire.audience)
        except DestinationError as error:
            return error
    return None


def replacing(wire: Wire) -> Wire:
    """The wire over which the first rows that are taken replace the list, where the platform can do that."""
    if wire.connector.replace is None:
        return wire
    opening = Opening(wire.connector)
    return replace(wire, connector=replace(wire.connector, send=opening.send))


@dataclass
class Opening:
    """Sends pages; the first rows to be added replace the list, and what is added meanwhile waits for its answer."""

    to: Connector
    lock: Lock = field(default_factory=Lock)
    replaced: bool = False
    lost: bool = False

    def send(self, api: Any, audience: str, action: Action, rows: Sequence[PlanRow]) -> Receipt:
        """Raises `DestinationError`, `Unavailable` for everything after a replacement of which nobody knows the end."""
        if action != "remove":
            with self.lock:
                if self.lost:
                    raise Unavailable("whether the list was replaced is not known", code="not_replaced")
                if not self.replaced:
                    return self._replace(api, audience, rows)
        return self.to.send(api, audience, action, rows)

    def _replace(self, api: Any, audience: str, rows: Sequence[PlanRow]) -> Receipt:
        assert self.to.replace is not None  # noqa: S101 - `replacing` saw it
        try:
            receipt = self.to.replace(api, audience, rows)
        except DestinationError as error:
            self.lost = not (isinstance(error, Rejected) and error.certain)
            raise
        self.replaced = True
        return receipt
