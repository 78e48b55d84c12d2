"""The audience that a sync owns: the recorded one, else the one configured, found by its name or made."""

from __future__ import annotations

from typing import Any

from .connectors import Connector
from .connectors.list_states import STATES
from .errors import ConfigError, Denied, DestinationError, WsyncError
from .ledger import steps
from .ledger.core import Ledger, Run
from .model import Sync


def own_audience(ledger: Ledger, to: Connector, api: Any, run: Run, *, create: bool) -> str:
    """The id of the sync's audience, recorded as its own; empty where there is none yet and none is to be made.

    Raises `ConfigError` where the sync owns another one than is configured, where several have the name, or where
    another sync owns it, and `DestinationError` where the platform refuses.
    """
    sync = ledger.sync
    recorded = (ledger.known or ledger.remember()).audience_id
    if recorded is not None:
        if sync.audience.id not in (None, recorded):
            raise ConfigError(
                f"sync {sync.name} owns audience {recorded}; another audience is another sync: give it "
                f"another name, or give this one up with `wsync abandon {sync.name}`"
            )
        return str(recorded)
    audience = _configured(sync, to, api, create=create)
    if audience is not None:
        steps.adopt(ledger, run, audience, account=to.account(sync.destination))
    return audience or ""


def _configured(sync: Sync, to: Connector, api: Any, *, create: bool) -> str | None:
    wanted = sync.audience
    if wanted.id is not None:
        return _existing(to, api, wanted.id)
    named = to.find(api, wanted.name or "")
    if len(named) > 1:
        raise ConfigError(
            f"{len(named)} audiences have the name that sync {sync.name} asks for; name one of them by "
            "`audience: {id: …}`, as `wsync audiences list` shows them"
        )
    if named:
        return _existing(to, api, named[0].id)
    return to.create(api, wanted).id if create else None


def _existing(to: Connector, api: Any, audience: str) -> str:
    """An audience that is there already, once the connector has nothing against it."""
    if to.open is not None:
        to.open(api, audience)
    return audience


def looked_into(to: Connector, api: Any, audience: str, stopped_by: WsyncError | None) -> WsyncError | None:
    """What a refusal that stopped a run is about: the state of the list where the platform tells it, else as it is."""
    if not isinstance(stopped_by, Denied) or stopped_by.code in STATES or to.open is None:
        return stopped_by
    try:
        to.open(api, audience)
    except DestinationError as told:
        return told if told.code in STATES else stopped_by
    return stopped_by
