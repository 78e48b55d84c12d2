"""Trying again: what a busy warehouse or a lost answer asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..errors import AnswerLost, WarehouseBusy
from ..model import Ports

T = TypeVar("T")

TRIES = 5


def tried(ports: Ports, act: Callable[[int], T], *, lost: bool = True) -> T:
    """Act, up to five times where the warehouse is busy or, with `lost`, where an answer was lost.

    `act` is told how many tries were before it: 0 in the first.
    """
    for attempt in range(TRIES):
        try:
            return act(attempt)
        except (WarehouseBusy, AnswerLost) as error:
            if attempt == TRIES - 1 or (isinstance(error, AnswerLost) and not lost):
                raise
            ports.sleep(0.2 * 2**attempt * (1 + ports.random()))
    raise AssertionError("the last try returns or raises")
