"""The preparer of a sync: its mapping and settings over its connector's field table."""

from __future__ import annotations

from collections.abc import Collection

from .connectors import Connector
from .fields import Preparer, preparer
from .model import Sync


def preparer_of(sync: Sync, to: Connector, *, salt: str, suppressed: Collection[str] = ()) -> Preparer:
    """What makes prepared rows of the sync's source rows. `salt` is what its suppressions are salted with."""
    return preparer(
        to.fields,
        sync.mapping,
        sync=salt,
        hash=sync.hash,
        normalize=sync.normalize,
        options=sync.options,
        suppressed=suppressed,
        hashing_words=to.hashing_words,
        identity=to.identity,
    )
