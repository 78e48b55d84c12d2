"""Field tables, and `preparer`: changed rows in, prepared rows out. Pure functions of the row and the configuration."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from .model import Hashing, Mapped, PreparedRow

Role = Literal["identifier", "context", "attribute", "page"]


@dataclass(frozen=True)
class Field:
    """One field of a destination. (sketch: name, label, role, per-profile normaliser, check, hash, link, read date)"""

    name: str
    label: str
    role: Role


class Preparer(Protocol):
    """`columns`: the warehouse columns it reads, in order. `fields`: the mapped fields, in the order of `filled`."""

    columns: tuple[str, ...]
    fields: tuple[str, ...]

    def prepare(self, rows: Sequence[tuple[Any, ...]]) -> list[PreparedRow]:
        """`rows` are (primary key, problem or None, *values of `columns`)."""
        ...


def preparer(
    fields: Sequence[Field],
    mapping: Sequence[Mapped],
    *,
    sync: str,
    hash: Hashing = "on",
    normalize: str = "meta",
    options: Any = None,
    suppressed: Collection[str] = (),
    hashing_words: str = "Hashing is",
) -> Preparer:
    raise RuntimeError("being written")
