"""Warehouse values as text, and the closed list of reasons why a value is not sent.

The text rule, the same everywhere: characters nobody sees (controls, zero-width, byte order and direction
marks) are dropped, every kind of space is a space, ends are trimmed, letters are composed (NFC). A lone
surrogate makes the value invalid. Nothing here raises.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

LONGEST = 4096
"""Characters of a source value beyond which it is refused unread."""

EXACT_FLOAT = 2**53
ALL_DIGITS = 40


class Note(Enum):
    """Why a filled-in field is not sent: the code that field notes show, and its meaning."""

    TOO_LONG = "too_long", "longer than the platform, or any such value, can be"
    NOTHING_LEFT = "nothing_left", "nothing is left after normalising"
    TYPE_UNSUPPORTED = (
        "type_unsupported",
        "the column's type (boolean, list, date …) does not fit the field",
    )
    NUMBER_NOT_WHOLE = "number_not_whole", "a number with a fraction, not finite, or beyond exact floats"
    TEXT_BROKEN = (
        "text_broken",
        "holds characters that cannot travel, such as lone surrogates",
    )
    OTHER_HASH = "other_hash", "looks like a hash of another kind than the field's"
    EMAIL_INVALID = "email_invalid", "not an e-mail address"
    PHONE_INVALID = (
        "phone_invalid",
        "letters, not 7 to 15 digits, or impossible in its country",
    )
    PHONE_NATIONAL = "phone_national", "no country code: write numbers with + or set the option default_country"
    PHONE_EXTENSION = "phone_extension", "has an extension, which no person's number has"
    GENDER_UNKNOWN = "gender_unknown", "not a word known to mean m or f"
    BIRTH_INVALID = "birth_invalid", "not a year, month, day or ISO date"
    BIRTH_OUT_OF_RANGE = "birth_out_of_range", "a year before 1900 or to come, a month over 12, a day over 31"
    NAME_WITHOUT_LETTERS = (
        "name_without_letters",
        "no letter is left without punctuation and symbols",
    )
    CITY_NOT_LATIN = "city_not_latin", "has letters that have no Latin form"
    CITY_INVALID = "city_invalid", "no letter is left"
    STATE_NOT_LATIN = "state_not_latin", "has letters that have no Latin form"
    STATE_INVALID = "state_invalid", "not a state of the United States, or no letter is left"
    ZIP_INVALID = "zip_invalid", "not a postal code (United States: five digits)"
    COUNTRY_UNKNOWN = "country_unknown", "neither an ISO 3166-1 code nor a known English name"
    MADID_INVALID = (
        "madid_invalid",
        "not a device id, a hashed one, or all zeros (opted out)",
    )
    ID_INVALID = "id_invalid", "not an id of digits"
    DOMAIN_INVALID = "domain_invalid", "not a domain such as example.com"
    PAGE_INVALID = "page_invalid", "not the address of a company's page"
    TOO_MANY = "too_many", "more entries than the platform takes"
    SCOPE_MISSING = "scope_missing", "the app or page this id belongs to is empty or invalid in this row"
    CONSENT_DENIED = "consent_denied", "consent is denied: the whole row is kept off the platform"
    CONSENT_UNREADABLE = "consent_unreadable", "not a word known to grant or deny consent: the whole row is refused"
    NUMBER_INVALID = "number_invalid", "not a number of at least 0; 0 is sent instead"

    def __init__(self, code: str, meaning: str) -> None:
        self.code, self.meaning = code, meaning


Token = str | int | float | tuple[str, ...]
"""What a normalised value can be: text, a number, or several ids."""


class Letters(dict[int, str | None]):
    """A table for `str.translate` that asks `rule` once per character."""

    def __init__(self, rule: Callable[[str], str | None]) -> None:
        super().__init__()
        self._rule = rule

    def __missing__(self, code: int) -> str | None:
        self[code] = found = self._rule(chr(code))
        return found


def _visible(letter: str) -> str | None:
    if letter.isspace():
        return " "
    return None if unicodedata.category(letter) in ("Cc", "Cf") else letter


VISIBLE = Letters(_visible)
SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str | Note:
    """The text rule of this module; the empty text when nothing visible is left."""
    if text.isascii() and text.isprintable():
        return text.strip()
    if len(text) > LONGEST:
        return Note.TOO_LONG
    if SURROGATE.search(text):
        return Note.TEXT_BROKEN
    return unicodedata.normalize("NFC", text.translate(VISIBLE)).strip()


def is_empty(value: Any) -> bool:
    """Null, or text in which nothing can be seen."""
    if isinstance(value, str):
        return not value or value.isspace() or (not value.isprintable() and clean(value) == "")
    return value is None


def plain(value: Any) -> str | Note:
    """The text of a value as it stands: text, whole numbers and uuids; nothing else fits a text field."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else Note.TOO_LONG
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return Note.TYPE_UNSUPPORTED
    return _whole(value)


def _whole(number: int | float | Decimal) -> str | Note:
    if isinstance(number, float):
        return str(int(number)) if abs(number) <= EXACT_FLOAT and number.is_integer() else Note.NUMBER_NOT_WHOLE
    if isinstance(number, Decimal):
        if not number.is_finite() or number.adjusted() >= ALL_DIGITS or number != number.to_integral_value():
            return Note.NUMBER_NOT_WHOLE
    elif abs(number) >= 10**ALL_DIGITS:
        return Note.TOO_LONG
    return str(int(number))


def text(value: Any) -> str | Note:
    """The text of a value under the text rule."""
    found = plain(value)
    return found if isinstance(found, Note) else clean(found)
