"""Rows of the source, and who they are: one e-mail and one phone (identifiers), one city (context)."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

Values = tuple[Any, ...]
Token = tuple[str, str]
Tokens = tuple[Token, ...]
"""(field, value as it travels), identifiers first. An identity is the identifiers among them, or all of them."""

IDENTIFIERS = ("EMAIL", "PHONE")
COLUMNS = {"EMAIL": 1, "PHONE": 2, "CITY": 3}


@dataclass(frozen=True)
class Prepared:
    """A row looked at: `ready` with tokens, `hold` (its key keeps what it had) or `clear` (nothing is wanted)."""

    verdict: str
    error: str | None = None
    tokens: Tokens = ()


def mapped(row: tuple[Any, ...], fields: Sequence[str]) -> Values:
    """The mapped columns of a source row; the others never matter."""
    return tuple(row[COLUMNS[name]] for name in fields)


def identifiers(tokens: Tokens) -> Tokens:
    return tuple(token for token in tokens if token[0] in IDENTIFIERS)


def identity_of(tokens: Tokens) -> Tokens:
    """A person is known by identifiers; where there is none, by the context together."""
    return identifiers(tokens) or tokens


def prepare(key: str, values: Values, fields: Sequence[str], suppressed: Set[str | Token]) -> Prepared:
    """Look at one row: skip what is empty, leave out what is invalid, refuse what has nobody to be found by."""
    given = {name: value for name, value in zip(fields, values, strict=True) if value not in (None, "", " ")}
    valid = tuple((name, _normal(name, value)) for name, value in given.items() if name != "EMAIL" or "@" in value)
    if suppressed & {key, *identifiers(valid)}:
        return Prepared("clear", "suppressed")
    if identifiers(valid):
        return Prepared("ready", None, valid)
    if any(name in IDENTIFIERS for name in given):
        return Prepared("hold", "no_valid_identifier")
    return Prepared("ready", None, valid) if valid else Prepared("clear", "no_valid_field")


def _normal(name: str, value: str) -> str:
    return value.strip().lower() if name == "EMAIL" else value
