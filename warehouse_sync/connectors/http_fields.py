"""The fields of an HTTP API, made of its actions' fields: how each value is cleaned, hashed and sent.

Nothing is done to a value that the field does not ask for: the document's own destination hashes text as it is (Custom
Audience, read 2026-11-22).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from warehouse_sync.cells import DIGITS
from warehouse_sync.fields import Field
from warehouse_sync.normalize import Around, Check, Normaliser, Quick, is_email, lower, usual_email
from warehouse_sync.phones import e164, is_e164, usual_e164
from warehouse_sync.text import EXACT_FLOAT, LONGEST, SURROGATE, Note, text

from .http_settings import ActionField, Destination, Normalised, action_of, all_fields

DOCUMENT = "https://www.rudderstack.com/docs/destinations/reverse-etl-destinations/custom-audience/"
READ = "2026-11"


def sent_as_is(value: Any, _around: Around) -> Any:
    """The value as JSON has it: text, numbers, true and false; dates and UUIDs as text."""
    if isinstance(value, str):
        return _sendable(value)
    if isinstance(value, bool | int):
        return value if abs(value) < 10**40 else Note.TOO_LONG
    if isinstance(value, float | Decimal):
        return _number(value)
    return _written(value)


def hashed_as_is(value: Any, around: Around) -> str | Note:
    """The text that is hashed: a value's own, numbers and truth values as JSON writes them."""
    found = sent_as_is(value, around)
    if isinstance(found, bool):
        return "true" if found else "false"
    return found if isinstance(found, str | Note) else str(found)


def _sendable(value: str) -> str | Note:
    if len(value) > LONGEST:
        return Note.TOO_LONG
    return Note.TEXT_BROKEN if SURROGATE.search(value) else value


def _number(value: float | Decimal) -> int | float | str | Note:
    """Whole numbers without a fraction; a decimal that no float holds exactly is text, so that nothing is lost."""
    if isinstance(value, Decimal) and not value.is_finite():
        return Note.NUMBER_NOT_WHOLE
    number = float(value)
    if not math.isfinite(number):
        return Note.NUMBER_NOT_WHOLE
    if number.is_integer() and abs(number) <= EXACT_FLOAT:
        return int(number)
    return number if isinstance(value, float) or Decimal(repr(number)) == value else format(value, "f")


def _written(value: Any) -> str | Note:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime | time) else Note.TYPE_UNSUPPORTED


def trimmed(value: Any, _around: Around) -> str | Note:
    """Without spaces around it and characters that nobody sees."""
    return text(value)


def usual_text(value: Any) -> bytes | None:
    """Short cut: plain text without spaces that cannot be taken for a hash."""
    if isinstance(value, str) and value.isascii() and value.isprintable() and " " not in value:
        return value.encode() if 0 < len(value) <= 100 and len(value) not in _HASH_LENGTHS else None
    return None


def usual_lower(value: Any) -> bytes | None:
    """Short cut of the same text in lower case."""
    found = usual_text(value)
    return found.lower() if found else None


_HASH_LENGTHS = frozenset({*DIGITS.values(), 40})

RULES: Mapping[Normalised, tuple[Normaliser, Check | None, Quick, str]] = {
    "email": (lower, is_email, usual_email, "in lower case, checked"),
    "phone": (e164, is_e164, usual_e164, "in E.164 form with its +"),
    "lower": (lower, None, usual_lower, "trimmed, in lower case"),
    "trim": (trimmed, None, usual_text, "trimmed"),
    "none": (sent_as_is, None, usual_text, "as it is"),
}
"""What each `normalize` does: normaliser, check, short cut, and words for it."""


def fields_of(settings: Destination) -> tuple[Field, ...]:
    """The fields of a destination: those of `record_key` are identifiers, the others come along."""
    required = {each.name for each in of_insert.fields if each.required} if (of_insert := _first(settings)) else set()
    return tuple(
        _field(each, identifies=each.name in settings.record_key, required=each.name in required)
        for each in all_fields(settings).values()
    )


def _first(settings: Destination) -> Any:
    """The action that every member has to be fit for: any may have to be added again."""
    return action_of(settings, "add") or action_of(settings, "update")


@lru_cache(maxsize=1000)
def _field(of: ActionField, *, identifies: bool, required: bool) -> Field:
    normalise, check, quick, words = RULES[of.normalize]
    kind: Any = None if of.hash == "NONE" else of.hash.lower()
    plain: Any = hashed_as_is if kind else sent_as_is
    return Field(
        of.name,
        of.name,
        "identifier" if identifies else "context",
        about=f"A field of the destination, {words}.",
        normalise={"http": plain if of.normalize == "none" else normalise, "off": plain},
        link=DOCUMENT,
        read=READ,
        check=check,
        hash=kind,
        max_length=LONGEST,
        quick=quick if kind else None,
        required=required,
    )
