"""Statement texts, remembered between children.

A text is a pure function of its name, run, shape and values, and making it is half of a small run's time. The warmed
parent keeps what its children made, so that the next child starts with it.
"""

from __future__ import annotations

from typing import Any

from warehouse_sync.ledger.core import Ledger

TEXTS: dict[tuple[Any, ...], str] = {}
_fresh: dict[tuple[Any, ...], str] = {}
_make = Ledger.text


def remember_texts() -> None:
    Ledger.text = _text  # type: ignore[method-assign]


def fresh_texts() -> dict[tuple[Any, ...], str]:
    """What this process made and its parent does not know yet."""
    return dict(_fresh)


def learn_texts(texts: dict[tuple[Any, ...], str]) -> None:
    TEXTS.update(texts)


def _text(self: Ledger, name: str, run: Any = None, *, tables: Any = None, **values: Any) -> str:
    if tables or "before" in values:
        return _make(self, name, run, tables=tables, **values)
    key = (self.warehouse.dialect.name, name, run, self.shape, self.sync.name, repr(sorted(values.items())))
    if key not in TEXTS:
        TEXTS[key] = _fresh[key] = _make(self, name, run, **values)
    return TEXTS[key]
