"""How the tables of normalisation cases are read: for each value what becomes of it, by which rule, and who says so.

A table is rows whose last cell is the rule; its first word is a name in the file's `SOURCES`: a page and the day it was
read. `OURS` is a rule of our own: what keeps a value from matching nobody, or a kind of column that platforms do not
know. Where a public product does something else than the platform's page says, the rule tells which and what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

READ = "2026-11-22"


class Source(NamedTuple):
    """Where a rule stands, and when it was read there (ISO date). `page` of our own rules is empty."""

    page: str
    about: str
    read: str = READ


OURS = Source("", "what keeps a value from matching nobody")
E_164 = "https://www.itu.int/rec/T-REC-E.164"
RFC = Source("https://www.rfc-editor.org/rfc/rfc5321", f"what an address, a domain or a number ({E_164}) is at all")


@dataclass(frozen=True)
class Table:
    """All cases of one destination."""

    destination: str
    sources: Mapping[str, Source]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def rules(self) -> list[str]:
        return [str(row[-1]) for row in self.rows]

    def named(self) -> set[str]:
        """The sources that rules name."""
        return {rule.split()[0] for rule in self.rules}


def table(destination: str, sources: Mapping[str, Source], *parts: Iterable[tuple[Any, ...]]) -> Table:
    """The cases of a destination, whatever else their rows have."""
    return Table(destination, {**sources, "OURS": OURS, "RFC": RFC}, tuple(row for part in parts for row in part))
