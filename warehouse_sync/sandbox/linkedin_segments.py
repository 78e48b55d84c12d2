"""LinkedIn's DMP segments: who is in them, and the states they go through as time passes.

Rules: learn.microsoft.com/linkedin, DMP segments, DMP segment destinations, Matched Audiences FAQ (read 2026-11-22).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HOUR = 3600
DAY = 24 * HOUR
EDITABLE = ("name", "type", "status", "created", "built", "touched", "size")


@dataclass
class Segment:
    """One segment. `status` and `size` are what a test sets them to; `built` is when its building began.

    A USER segment is a set of ids; a COMPANY segment a set of companies, each known by all that it was added by.
    """

    id: str
    account: str
    name: str
    type: str
    source_platform: str
    created: float
    source_segment_id: str | None = None
    ids: set[str] = field(default_factory=set)
    companies: set[frozenset[str]] = field(default_factory=set)
    inputs: int = 0
    touched: float = 0.0
    built: float = 0.0
    status: str | None = None
    size: int | None = None

    def __post_init__(self) -> None:
        self.touched = self.built = self.created

    def __len__(self) -> int:
        return len(self.ids) if self.type == "USER" else len(self.companies)

    def tokens(self) -> set[str]:
        return set(self.ids) if self.type == "USER" else set().union(*self.companies)

    def state(self, now: float) -> str:
        """BUILDING for two days, UPDATING for an hour after a change; left alone, ARCHIVED and in the end EXPIRED."""
        if self.status is not None:
            return self.status
        idle = now - self.touched
        if idle >= 90 * DAY:
            return "EXPIRED"
        if idle >= 30 * DAY:
            return "ARCHIVED"
        if now - self.built < 2 * DAY:
            return "BUILDING"
        return "UPDATING" if idle < HOUR else "READY"

    def forget(self, now: float) -> None:
        """An expired segment has nobody in it."""
        if self.state(now) == "EXPIRED":
            self.ids.clear()
            self.companies.clear()

    def change(self, member: frozenset[str], now: float, *, adds: bool, keep: bool) -> None:
        """Adds a member or removes one; being there already, or not at all, is no mistake."""
        if self.state(now) == "EXPIRED":
            self.built, self.status = now, None
        self.touched = now
        self.inputs += 1
        if not keep:
            return
        if self.type == "USER":
            (self.ids.update if adds else self.ids.difference_update)(member)
        else:
            (self.companies.add if adds else self.companies.discard)(member)

    def described(self, now: float) -> dict[str, Any]:
        self.forget(now)
        size = len(self) if self.size is None else self.size
        return {
            "id": int(self.id),
            "name": self.name,
            "type": self.type,
            "account": self.account,
            "sourcePlatform": self.source_platform,
            **({"sourceSegmentId": self.source_segment_id} if self.source_segment_id else {}),
            "created": int(self.created * 1000),
            "lastModified": int(self.touched * 1000),
            "inputCount": self.inputs,
            "destinations": [
                {
                    "destination": "LINKEDIN",
                    "destinationSegmentId": f"urn:li:adSegment:{self.id}",
                    "status": self.state(now),
                    "audienceSize": size,
                    "matchedCount": size,
                    "created": int(self.created * 1000),
                    "lastModified": int(self.touched * 1000),
                }
            ],
        }

    def mark(self, marks: Mapping[str, Any]) -> None:
        for name, value in marks.items():
            if name not in EDITABLE:
                raise ValueError(f"an audience has no mark {name!r}")
            setattr(self, name, value)


def new_id() -> str:
    return str(random.randrange(10**8, 10**9))  # noqa: S311 - a name
