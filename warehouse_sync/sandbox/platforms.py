"""Which platforms the stand-in stands in for. A new one is its own file and one entry in `OTHERS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .google import Google
from .linkedin import LinkedIn
from .meta import Meta
from .parts import Part
from .receiver import Receiver
from .settings import Clock, Settings
from .tiktok import TikTok

OTHERS: tuple[Any, ...] = (Google, LinkedIn, TikTok, Receiver)
"""Every part but Meta's, as classes made with (settings, clock); their names and catalogues are the class's own."""

CATALOGUES: Mapping[str, Any] = {each.name: each for each in (Meta, *OTHERS)}
"""Each platform's class by its name: its kinds of calls and its ordered answers."""


def others(settings: Settings, clock: Clock) -> dict[str, Part]:
    """A fresh part of every platform but Meta. Raises ValueError for settings of a platform that is not there."""
    if unknown := set(settings.platforms) - {each.name for each in OTHERS}:
        raise ValueError(f"unknown platform: {', '.join(sorted(unknown))}")
    makers: tuple[Callable[[Settings, Clock], Part], ...] = OTHERS
    return {part.name: part for part in (make(settings, clock) for make in makers)}
