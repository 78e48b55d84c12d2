"""Values as the platforms want them: one small pure function per kind of field.

A normaliser takes the warehouse's value and what stands around it, and returns the normalised value or a
`Note` that says why there is none; it never raises. All follow the text rule of `text.py`, except raw
identifiers: they travel exactly as they are or not at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from . import places
from .text import EXACT_FLOAT, LONGEST, SURROGATE, Letters, Note, Token, plain, text

EARLIEST_BIRTH_YEAR = 1900
UNSENDABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Around(NamedTuple):
    """What a normaliser may look at besides its value.

    `other` is the normalised value of the field it `needs` in the same row (the country, the app ids), None
    where there is none; `default_country` an ISO alpha-2 code in lower case; `year` the newest year of birth.
    """

    other: str | None = None
    default_country: str | None = None
    year: int = 9999


Normaliser = Callable[[Any, Around], Token | Note]
Check = Callable[[str, Around], Note | None]
VERSION = 1
"""Raised whenever a normaliser gives another result than before: every row is then prepared again."""

Quick = Callable[[Any], bytes | None]
"""A short cut for text in its usual form: what normaliser and check give, as UTF-8. None: take the long way."""


def _nameable(letter: str) -> str | None:
    return " " if letter.isspace() else letter if unicodedata.category(letter)[0] in "LMN" else None


NAMEABLE = Letters(_nameable)


def lower(value: Any, _around: Around) -> str | Note:
    """Trimmed and in lower case. The Turkish capital İ becomes a plain i."""
    found = text(value)
    if isinstance(found, Note):
        return found
    return found.lower() if found.isascii() else _lower(found)


def _lower(composed: str) -> str:
    return unicodedata.normalize("NFC", composed.lower().replace("i̇", "i"))


def as_is(value: Any, _around: Around) -> str | Note:
    """No normalisation at all: the value's own text."""
    found = value.isoformat() if isinstance(value, date) else plain(value)
    return Note.TEXT_BROKEN if isinstance(found, str) and SURROGATE.search(found) else found


def raw_identifier(value: Any, _around: Around) -> str | Note:
    """Exactly as the warehouse has it, so that it is the same every time."""
    found = plain(value)
    return Note.TEXT_BROKEN if isinstance(found, str) and UNSENDABLE.search(found) else found


# e-mail

ATEXT = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
ASCII_EMAIL = re.compile(rf"{ATEXT}(?:\.{ATEXT})*@(?:{LABEL}\.)+(?:[a-z]{{2,}}|xn--[a-z0-9-]+)")
OTHER_EMAIL = re.compile(
    r"""[^\s@.,:;"<>()\[\]\\]+(?:\.[^\s@.,:;"<>()\[\]\\]+)*@(?:[\w-]+\.)+(?:[^\W\d_][\w-]*[^\W_])"""
)


def is_email(address: str, _around: Around) -> Note | None:
    """One @, no spaces or quotes, a domain with a dot (international ones too), 254 characters at most."""
    pattern = ASCII_EMAIL if address.isascii() else OTHER_EMAIL
    return None if len(address) <= 254 and pattern.fullmatch(address) else Note.EMAIL_INVALID


USUAL_EMAIL = re.compile(
    r"[A-Za-z0-9_+-]++(?:\.[A-Za-z0-9_+-]++)*+@[A-Za-z0-9]++(?:[.-][A-Za-z0-9]++)*\.[A-Za-z]{2,63}"
)


def usual_email(value: Any) -> bytes | None:
    """Short cut: an address of the plainest kind."""
    if isinstance(value, str) and len(value) <= 254 and USUAL_EMAIL.fullmatch(value):
        return value.lower().encode()
    return None


# birth

ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d[\d:.,+Z UTC-]*)?")
WHOLE = re.compile(r"(\d{1,4})(?:\.0*)?")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTH_NUMBERS = {name: 1 + at % 12 for at, name in enumerate((*MONTHS, *MONTH_NAMES))} | {"sept": 9}


def _birth(value: Any, part: int, around: Around) -> int | Note:
    """The year (part 0), month or day of a date, of an ISO date's text, or a lone number."""
    if isinstance(value, date):
        return (value.year, value.month, value.day)[part] if _born(value.year, around) else Note.BIRTH_OUT_OF_RANGE
    found = text(value)
    if isinstance(found, Note):
        return found
    if whole := WHOLE.fullmatch(found):
        return int(whole[1])
    if part == 1 and (month := MONTH_NUMBERS.get(found.lower().rstrip("."))):
        return month
    iso = ISO_DATE.fullmatch(found)
    try:
        return _birth(date(*map(int, iso.groups())), part, around) if iso else Note.BIRTH_INVALID
    except ValueError:
        return Note.BIRTH_OUT_OF_RANGE


def _born(year: int, around: Around) -> bool:
    return EARLIEST_BIRTH_YEAR <= year <= around.year


def birth_year(value: Any, around: Around) -> str | Note:
    """Four digits, from 1900 to this year."""
    year = _birth(value, 0, around)
    if isinstance(year, Note):
        return year
    return str(year) if _born(year, around) else Note.BIRTH_OUT_OF_RANGE


def birth_month(value: Any, around: Around) -> str | Note:
    """Two digits, 01 to 12; English names of months are understood."""
    return _two_digits(_birth(value, 1, around), 12)


def birth_day(value: Any, around: Around) -> str | Note:
    """Two digits, 01 to 31."""
    return _two_digits(_birth(value, 2, around), 31)


def _two_digits(number: int | Note, most: int) -> str | Note:
    if isinstance(number, Note):
        return number
    return f"{number:02d}" if 1 <= number <= most else Note.BIRTH_OUT_OF_RANGE


# people

MALE = ("m", "male", "man", "boy", "homme", "hombre", "uomo", "homem", "mann", "männlich", "maschio")
FEMALE = ("f", "female", "woman", "girl", "femme", "mujer", "donna", "mulher", "frau", "weiblich", "femmina")
GENDERS = dict.fromkeys((*MALE, "masculin", "masculino"), "m") | dict.fromkeys(
    (*FEMALE, "féminin", "feminin", "femenino", "feminino"), "f"
)


def gender(value: Any, around: Around) -> str | Note:
    """`m` or `f`, from words known to mean one of them; nothing is guessed."""
    found = lower(value, around)
    return found if isinstance(found, Note) else GENDERS.get(found.rstrip("."), Note.GENDER_UNKNOWN)


def name(value: Any, around: Around) -> str | Note:
    """Lower case, letters of any script, single spaces; punctuation and symbols deleted."""
    found = lower(value, around)
    if isinstance(found, Note):
        return found
    if not (found.isascii() and found.isalpha()):
        found = unicodedata.normalize("NFC", " ".join(found.translate(NAMEABLE).split()))
    return found if any(map(str.isalpha, found)) else Note.NAME_WITHOUT_LETTERS


def initial(value: Any, around: Around) -> str | Note:
    """The first letter of the normalised name."""
    found = name(value, around)
    return found if isinstance(found, Note) else next(filter(str.isalpha, found))


# places


def _place(value: Any, not_latin: Note, nothing: Note) -> str | Note:
    found = text(value)
    if isinstance(found, Note):
        return found
    letters = places.latin(found)
    return not_latin if letters is None else letters or nothing


def city(value: Any, _around: Around) -> str | Note:
    """The letters a–z; accented and special Latin letters become the plain ones they stand for."""
    return _place(value, Note.CITY_NOT_LATIN, Note.CITY_INVALID)


def state(value: Any, around: Around) -> str | Note:
    """The two-letter code where the country is the United States or unknown and the state is one of theirs.

    Elsewhere the letters a–z, as for cities.
    """
    letters = _place(value, Note.STATE_NOT_LATIN, Note.STATE_INVALID)
    if isinstance(letters, Note) or around.other not in (None, "us"):
        return letters
    code = places.US_STATES.get(letters)
    return code or (letters if around.other is None else Note.STATE_INVALID)


US_ZIP = re.compile(r"(\d{5})(?:-?\d{4})?(?!\d)", re.ASCII)
ZIP_PLUS_4 = re.compile(r"(\d{5})-\d{4}", re.ASCII)
GB_POSTCODE = re.compile(r"([a-z]{1,2}\d[a-z\d]?\d)[a-z]{2}", re.ASCII)
ANY_ZIP = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def zip_code(value: Any, around: Around) -> str | Note:
    """Lower case without spaces; five digits in the United States, without the last two letters in Britain.

    Numbers get back the leading zeros that a numeric column has lost, in the United States only.
    """
    found = text(value)
    if isinstance(found, Note):
        return found
    code = "".join(unicodedata.normalize("NFKC", found).lower().split())
    if around.other in places.US_ZIP_COUNTRIES:
        if not isinstance(value, str):
            code = code.zfill(5 if len(code) <= 5 else 9)
        us = US_ZIP.match(code)
        return us[1] if us else Note.ZIP_INVALID
    if around.other == "gb":
        code = GB_POSTCODE.sub(r"\1", code) if GB_POSTCODE.fullmatch(code) else code
    elif around.other is None and (plus_4 := ZIP_PLUS_4.fullmatch(code)):
        code = plus_4[1]
    return code if ANY_ZIP.fullmatch(code) else Note.ZIP_INVALID


def country(value: Any, _around: Around) -> str | Note:
    """ISO 3166-1 alpha-2 in lower case, from alpha-2, alpha-3 or an English name."""
    letters = _place(value, Note.COUNTRY_UNKNOWN, Note.COUNTRY_UNKNOWN)
    return letters if isinstance(letters, Note) else places.COUNTRIES.get(letters, Note.COUNTRY_UNKNOWN)


# ids and numbers

DEVICE = re.compile(r"[0-9a-z](?:[0-9a-z_-]*[0-9a-z])?")
HEX_64 = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
DIGITS = re.compile(r"[0-9]{1,40}")


def is_device(device: str, _around: Around) -> Note | None:
    """Letters, digits and hyphens; neither hashed nor all zeros."""
    if not DEVICE.fullmatch(device) or HEX_64.fullmatch(device) or not device.strip("0-"):
        return Note.MADID_INVALID
    return None


def is_digits(number: str, _around: Around) -> Note | None:
    """An id of the platform's own."""
    return None if DIGITS.fullmatch(number) else Note.ID_INVALID


def id_list(value: Any, _around: Around) -> tuple[str, ...] | Note:
    """Ids of digits, several separated by commas; each once, in the order given."""
    found = text(value)
    if isinstance(found, Note):
        return found
    ids = dict.fromkeys(part.strip() for part in found.split(",") if part.strip())
    return tuple(ids) if ids and all(map(DIGITS.fullmatch, ids)) else Note.ID_INVALID


def amount(value: Any, _around: Around) -> int | float | Note:
    """A finite number of at least 0; a whole one is an int, so that 44, 44.0 and '44.00' are the same."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return Note.NUMBER_INVALID
    try:
        number = float(value) if not isinstance(value, str) or len(value) <= LONGEST else -1.0
    except (ValueError, OverflowError):
        return Note.NUMBER_INVALID
    if not 0 <= number < float("inf"):
        return Note.NUMBER_INVALID
    return int(number) if number.is_integer() and number <= EXACT_FLOAT else number
