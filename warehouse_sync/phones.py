"""Phone numbers: digits alone, as some platforms want them, or E.164 with its plus, as others do."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from .normalize import Around
from .text import Note, text

ZERO = ord("0")
NOT_DIGITS = bytes(set(range(128)) - set(b"0123456789"))
EXTENSION = re.compile(r"(?:\bext|\d\s*x|#)[^\d]*\d+\s*$", re.IGNORECASE)
NOT_ONE_NUMBER = re.compile(r"[^\W\d_]|[,;]")


def phone(value: Any, around: Around) -> str | Note:
    """Digits without leading zeros; a national number gets the calling code of `default_country`, if set.

    A number is international when it begins with + or 00; such numbers never meet the library.
    """
    found = _one_number(value)
    if isinstance(found, Note):
        return found
    digits = _international(found)
    if digits is not None:
        return digits
    return _national(found, around.default_country) if around.default_country else _digits(found)


def e164(value: Any, around: Around) -> str | Note:
    """+, calling code, number: a national number gets the calling code of `default_country` or is refused.

    International numbers are told as in `phone`.
    """
    found = _one_number(value)
    if isinstance(found, Note):
        return found
    digits: str | Note | None = _international(found)
    if digits is None:
        digits = _national(found, around.default_country) if around.default_country else Note.PHONE_NATIONAL
    return digits if isinstance(digits, Note) else f"+{digits}"


def _one_number(value: Any) -> str | Note:
    """The text of one number without letters or an extension."""
    found = text(value)
    if isinstance(found, Note):
        return found
    if not found.isascii():
        found = unicodedata.normalize("NFKC", found)
    if EXTENSION.search(found):
        return Note.PHONE_EXTENSION
    return Note.PHONE_INVALID if NOT_ONE_NUMBER.search(found) else found


def _international(found: str) -> str | None:
    written = found.lstrip(" (")
    return _digits(written.replace("(0)", "")) if written.startswith(("+", "00")) else None


def _digits(written: str) -> str:
    return written.encode("ascii", "ignore").translate(None, NOT_DIGITS).decode().lstrip("0")


def _national(written: str, country: str) -> str | Note:
    import phonenumbers

    try:
        number = phonenumbers.parse(written, country.upper())
    except phonenumbers.NumberParseException:
        return Note.PHONE_INVALID
    if not phonenumbers.is_possible_number(number):
        return Note.PHONE_INVALID
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]


def is_phone(digits: str, _around: Around) -> Note | None:
    """7 to 15 digits."""
    return None if 7 <= len(digits) <= 15 else Note.PHONE_INVALID


def is_e164(number: str, around: Around) -> Note | None:
    """+ and 7 to 15 digits."""
    return is_phone(number.removeprefix("+"), around)


def usual_phone(value: Any) -> bytes | None:
    """Short cut: an international number, written with + and nothing but the usual separators."""
    if not isinstance(value, str):
        return None
    digits = value.encode("ascii", "replace").translate(None, b" .()-")[1:]
    usual = value[:1] == "+" and digits.isdigit() and 7 <= len(digits) <= 15 and digits[0] != ZERO
    return digits if usual and "(0)" not in value else None


def usual_e164(value: Any) -> bytes | None:
    """Short cut: as `usual_phone`, with the +."""
    digits = usual_phone(value)
    return b"+" + digits if digits else None
