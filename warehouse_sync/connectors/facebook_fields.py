"""Meta's fields: the one table that says how each is named, understood, cleaned, checked and sent.

Two profiles: `meta` (the default) follows Meta's own rules, `rudderstack` gives the formats that RudderStack's
documentation shows. The order of the table is part of stored digests: append, never reorder.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from warehouse_sync.fields import Field
from warehouse_sync.normalize import (
    Around,
    Normaliser,
    amount,
    birth_day,
    birth_month,
    birth_year,
    city,
    country,
    gender,
    id_list,
    initial,
    is_device,
    is_digits,
    is_email,
    lower,
    name,
    raw_identifier,
    state,
    usual_email,
    zip_code,
)
from warehouse_sync.phones import is_phone, phone, usual_phone
from warehouse_sync.text import Note

GUIDE = "https://developers.facebook.com/docs/marketing-api/audiences/guides/custom-audiences"
USERS = "https://developers.facebook.com/docs/marketing-api/reference/custom-audience/users"
READ = "2026-11"


def _lower_without(unwanted: str) -> Normaliser:
    """Lower case, everything that matches `unwanted` deleted."""
    pattern = re.compile(unwanted)

    def cleaned(value: Any, around: Around) -> str | Note:
        found = lower(value, around)
        return found if isinstance(found, Note) else pattern.sub("", found).strip()

    return cleaned


def _digits_only(value: Any, around: Around) -> str | Note:
    found = lower(value, around)
    return found if isinstance(found, Note) else re.sub(r"[^0-9]", "", found).lstrip("0")


def _two_letters(code: str, _around: Around) -> Note | None:
    return None if re.fullmatch("[a-z]{2}", code) else Note.COUNTRY_UNKNOWN


PUNCTUATION_BUT_AT = r"[!-/:-?\[-`{-~]"
NOT_A_TO_Z = r"[^a-z]"

_hashed = partial(Field, link=GUIDE, read=READ, hash="sha256")
_plain = partial(Field, link=GUIDE, read=READ)

FIELDS: tuple[Field, ...] = (
    _hashed(
        "EMAIL",
        "Email",
        "identifier",
        "E-mail address; trimmed and in lower case, plus tags and dots kept.",
        {"meta": lower},
        check=is_email,
        max_length=254,
        quick=usual_email,
        samples=("Mary@Example.com",),
    ),
    _hashed(
        "PHONE",
        "Phone",
        "identifier",
        "Phone number with its country code; digits only, without leading zeros. The option `default_country` adds the "
        "code to national numbers; without it they are sent as they are, and Meta needs COUNTRY to match them.",
        {"meta": phone, "rudderstack": _digits_only},
        check=is_phone,
        quick=usual_phone,
        samples=("+1 (555) 987-6543",),
    ),
    _plain(
        "MADID",
        "Mobile Advertising ID",
        "identifier",
        "Apple's IDFA or Android's advertising id; lower case with its hyphens, never hashed.",
        {"meta": lower},
        check=is_device,
        max_length=64,
        samples=("AB1234CD-E123-12FA-A123-123456789ABC",),
    ),
    _plain(
        "EXTERN_ID",
        "External ID",
        "identifier",
        "Your own id for the person; sent exactly as it is, never hashed. Meta forgets it after 90 days.",
        {"meta": raw_identifier},
        max_length=1024,
        samples=("customer-42",),
    ),
    _plain(
        "APPUID",
        "App User ID",
        "identifier",
        "The person's id in your Facebook app; means something only with `app_ids`.",
        {"meta": raw_identifier},
        check=is_digits,
        needs="app_ids",
        samples=("10153735000000001",),
        other_labels=("App-scoped User ID",),
    ),
    _plain(
        "PAGEUID",
        "Page User ID",
        "identifier",
        "The person's id on your Facebook page; means something only with `page_ids`.",
        {"meta": raw_identifier},
        check=is_digits,
        needs="page_ids",
        samples=("1254477777772919",),
        other_labels=("Page-scoped User ID",),
    ),
    _hashed(
        "GEN",
        "GENDER",
        "context",
        "Gender; `m` or `f`, from words known to mean one of them.",
        {"meta": gender},
        samples=("FEMALE", "m"),
    ),
    _hashed(
        "DOBY",
        "DOB YEAR (YYYY)",
        "context",
        "Year of birth, 1900 to this year. May be mapped to a date column.",
        {"meta": birth_year},
        samples=("1990", "1990-05-17"),
        other_labels=("Year of birth", "DOB YEAR", "Birth year"),
    ),
    _hashed(
        "DOBM",
        "DOB MONTH (MM)",
        "context",
        "Month of birth, 01 to 12; English names are understood. May be mapped to a date column.",
        {"meta": birth_month},
        samples=("1", "May", "1990-05-17"),
        other_labels=("Month of birth", "DOB MONTH", "Birth month"),
    ),
    _hashed(
        "DOBD",
        "DOB DATE (DD)",
        "context",
        "Day of birth, 01 to 31. May be mapped to a date column.",
        {"meta": birth_day},
        samples=("2", "1990-05-17"),
        other_labels=("Day of birth", "DOB DATE", "DOB DAY", "Birth day"),
    ),
    _hashed(
        "LN",
        "LAST NAME",
        "context",
        "Last name; lower case, letters of any script, no punctuation.",
        {"meta": name, "rudderstack": _lower_without(PUNCTUATION_BUT_AT)},
        samples=("O'Brien",),
        other_labels=("Surname",),
    ),
    _hashed(
        "FN",
        "FIRST NAME",
        "context",
        "First name; lower case, letters of any script, no punctuation.",
        {"meta": name, "rudderstack": _lower_without(PUNCTUATION_BUT_AT)},
        samples=("José",),
        other_labels=("Given name",),
    ),
    _hashed(
        "FI",
        "FIRST NAME INITIAL",
        "context",
        "First letter of the first name, in lower case.",
        {"meta": initial, "rudderstack": _lower_without(r"[^a-z!-/]")},
        samples=("Mr.",),
        other_labels=("First initial",),
    ),
    _hashed(
        "CT",
        "CITY",
        "context",
        "City; the letters a–z without spaces, accents taken off.",
        {"meta": city, "rudderstack": _lower_without(NOT_A_TO_Z)},
        samples=("São Paulo",),
    ),
    _hashed(
        "ST",
        "US STATES",
        "context",
        "State; the two-letter code in the United States, elsewhere the letters a–z. Names of states become codes when "
        "COUNTRY is the United States or empty.",
        {"meta": state, "rudderstack": _lower_without(NOT_A_TO_Z)},
        needs="COUNTRY",
        samples=("California", "? AL ?"),
        other_labels=("State",),
    ),
    _hashed(
        "ZIP",
        "ZIP",
        "context",
        "Postal code; lower case without spaces. With COUNTRY: five digits in the United States, area, district and "
        "sector in the United Kingdom.",
        {"meta": zip_code, "rudderstack": _lower_without(r"[\s-]")},
        needs="COUNTRY",
        max_length=20,
        samples=("94105-1234", "SW1A 1AA"),
        other_labels=("Postal code", "Zip code", "Postcode"),
    ),
    _hashed(
        "COUNTRY",
        "COUNTRY",
        "context",
        "Country as ISO 3166-1 alpha-2 in lower case; alpha-3 codes and English names are understood.",
        {"meta": country, "rudderstack": lower},
        check=_two_letters,
        needed=True,
        samples=("IN", "USA", "Germany"),
    ),
    _plain(
        "LOOKALIKE_VALUE",
        "Lookalike Value",
        "attribute",
        "What the person is worth, a number of at least 0; for value-based audiences only. Anything else is sent as 0.",
        {"meta": amount},
        fallback=0,
        samples=("44.5",),
    ),
    Field(
        "app_ids",
        "App ID",
        "page",
        "The Facebook app (or apps, separated by commas) whose user ids APPUID holds.",
        {"meta": id_list},
        link=USERS,
        read=READ,
        needed=True,
        samples=("1234567890",),
        other_labels=("App IDs",),
    ),
    Field(
        "page_ids",
        "Page ID",
        "page",
        "The Facebook page (or pages, separated by commas) whose user ids PAGEUID holds.",
        {"meta": id_list},
        link=USERS,
        read=READ,
        needed=True,
        samples=("1234567890",),
        other_labels=("Page IDs",),
    ),
    Field(
        "ig_account_ids",
        "Instagram Account IDs",
        "page",
        "The Instagram account (or accounts, separated by commas) of the rows.",
        {"meta": id_list},
        link=USERS,
        read=READ,
        samples=("17841400000000000",),
        other_labels=("Instagram Account ID",),
    ),
)
"""Every field of both documents, identifiers first."""
