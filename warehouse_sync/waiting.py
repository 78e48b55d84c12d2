"""Waiting for what another process has for a while: a database file that dbt is still writing, say."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from .errors import Held
from .model import Ports

T = TypeVar("T")

log = logging.getLogger(__name__)

FIRST, LONGEST = 0.2, 3.0
"""Seconds between two tries: they double from the first to the longest."""


def waited_for(open_it: Callable[[], T], ports: Ports) -> T:
    """What `open_it` opens, tried again as long as its `Held` has patience. Who holds it is logged once.

    Raises the last `Held` when the patience is over.
    """
    began, pause, told = ports.clock(), FIRST, ""
    while True:
        try:
            return open_it()
        except Held as held:
            left = began + held.patience - ports.clock()
            if left <= 0:
                raise
            if str(held) != told:
                told = str(held)
                log.warning("waiting up to %g s: %s", held.patience, held)
        ports.sleep(min(pause, left))
        pause = min(2 * pause, LONGEST)
