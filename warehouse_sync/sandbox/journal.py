"""What was asked and what came of it. Kept in memory for tests to read, and never printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .settings import Record


@dataclass
class Exchange:
    """One request. `applied`: it changed something. `acknowledged`: its own success answer was written out
    whole.

    `platform` is the part that answered. `rows` is how many rows its payload had; `headers` have lower-case names;
    `body` is the parsed body.
    """

    number: int
    kind: str
    method: str
    path: str
    query: Mapping[str, str]
    node: str = ""
    rows: int = 0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    status: int = 0
    request_id: str = ""
    fault: str = ""
    applied: bool = False
    acknowledged: bool = False
    platform: str = "meta"

    @property
    def counted(self) -> str:
        """What it is counted as: its kind, with the platform's name unless that is Meta."""
        return self.kind if self.platform == "meta" else f"{self.platform} {self.kind}"

    def line(self) -> dict[str, Any]:
        """The exchange without headers, query and body."""
        left_out = {"headers", "query", "body"}
        return {name: value for name, value in vars(self).items() if name not in left_out}


@dataclass
class Journal:
    """Exchanges, as many as `record` lets it keep, and counts that are always kept.

    `counts` maps `received`, `applied` and `acknowledged` to a count per kind of call; `rows` are those
    applied.
    """

    record: Record = "all"
    exchanges: list[Exchange] = field(default_factory=list)
    received: Counter[str] = field(default_factory=Counter)
    applied: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def enter(self, exchange: Exchange) -> None:
        self.received[exchange.counted] += 1
        if self.record != "counts":
            self.exchanges.append(exchange)

    def settle(self, exchange: Exchange) -> None:
        """Counts what an exchange changed, once."""
        self.applied[exchange.counted] += exchange.applied
        self.rows[exchange.counted] += exchange.rows * exchange.applied

    def acknowledge(self, exchange: Exchange, *, yes: bool) -> None:
        """Notes whether the success answer got out; may be taken back."""
        self.acknowledged[exchange.counted] += yes - exchange.acknowledged
        exchange.acknowledged = yes

    def counts(self) -> dict[str, dict[str, int]]:
        names = ("received", "applied", "acknowledged", "rows")
        return {name: {kind: n for kind, n in getattr(self, name).items() if n} for name in names}
