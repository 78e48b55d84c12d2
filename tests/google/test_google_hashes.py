"""Google's own formatter is the judge of our hashes: where it knows better than we do, or less, the row says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytest.importorskip("google.ads.datamanager_util")

from google.ads.datamanager_util import Encoding, Formatter

from warehouse_sync.connectors.google_fields import fields
from warehouse_sync.connectors.google_settings import Options
from warehouse_sync.fields import preparer
from warehouse_sync.model import Mapped

OTHERS = {"FIRST_NAME": "dana", "LAST_NAME": "quinn", "COUNTRY": "US", "POSTAL_CODE": "94043"}
"""The rest of an address."""


def ours(field: str, value: str, country: str | None = None) -> str | None:
    """What we send for a value; None where it is left out."""
    options = Options(default_country=country)
    row = {**OTHERS, field: value} if field in OTHERS else {field: value}
    made = preparer(fields("CONTACT_INFO", options), [Mapped(name, name) for name in row], sync="vip", options=options)
    [found] = made.prepare([("1", None, *row.values())], tuple(row))
    tokens = json.loads(found.tokens or "{}")
    sent: str | None = tokens.get("ADDRESS", {}).get(field) if field in OTHERS else tokens.get(field)
    return sent


def google_s(field: str, value: str) -> str | None:
    """What Google's library makes of it; None where it refuses the value."""
    of = Formatter()
    hashed: dict[str, Any] = {
        "EMAIL": of.process_email_address,
        "PHONE": of.process_phone_number,
        "FIRST_NAME": of.process_given_name,
        "LAST_NAME": of.process_family_name,
    }
    plain: dict[str, Any] = {"COUNTRY": of.process_region_code, "POSTAL_CODE": of.process_postal_code}
    try:
        return str(hashed[field](value, Encoding.HEX) if field in hashed else plain[field](value))
    except ValueError:
        return None


ALIKE = [
    ("EMAIL", "dana@example.com"),
    ("EMAIL", " Cloudy.SanFrancisco+shopping@GMAIL.com "),
    ("EMAIL", "cloudy.san.francisco@googlemail.com"),
    ("EMAIL", "user.name+NYC@Example.com"),
    ("EMAIL", "x.y+z@sub.gmail.com"),
    ("EMAIL", "JÜRGEN@example.com"),
    ("EMAIL", "o'neill@example.co.uk"),
    ("EMAIL", "+only@gmail.com"),
    ("EMAIL", "nobody"),
    ("EMAIL", "two@signs@example.com"),
    ("EMAIL", "  "),
    ("PHONE", "+18005550100"),
    ("PHONE", "+1 (800) 555-0100"),
    ("PHONE", "+44 20 7183 8750"),
    ("PHONE", "none"),
    ("FIRST_NAME", " Dana "),
    ("FIRST_NAME", "Anne-Marie"),
    ("FIRST_NAME", "ÉLODIE"),
    ("LAST_NAME", "O'Neill"),
    ("LAST_NAME", "van der Berg"),
    ("COUNTRY", " us "),
    ("COUNTRY", "GB"),
    ("POSTAL_CODE", " 94043 "),
    ("POSTAL_CODE", "94043-1234"),
]


@pytest.mark.parametrize(("field", "value"), ALIKE)
def test_we_send_what_google_s_library_would(field: str, value: str) -> None:
    assert ours(field, value) == google_s(field, value)


UNLIKE = [
    # Google's page says that spaces are taken out; its library refuses the address.
    ("EMAIL", "dana @example.com", None, ours("EMAIL", "dana@example.com"), None),
    # It takes anything around an @ for an address; this one can be nobody's.
    ("EMAIL", "dana@localhost", None, None, google_s("EMAIL", "dana@localhost")),
    # It puts a plus before the digits of a national number, which makes it another country's, or nobody's.
    ("PHONE", "(800) 555-0100", None, None, google_s("PHONE", "+8005550100")),
    ("PHONE", "(800) 555-0100", "US", google_s("PHONE", "+18005550100"), google_s("PHONE", "+8005550100")),
    ("PHONE", "0049 30 901820", None, google_s("PHONE", "+4930901820"), google_s("PHONE", "+004930901820")),
    ("PHONE", "+123", None, None, google_s("PHONE", "+123")),
    # It takes two letters only, and any two; we know the countries, by other names, too.
    ("COUNTRY", "USA", None, "US", None),
    ("COUNTRY", "zz", None, None, "ZZ"),
    # It does not look at postal codes, which Google then refuses, with all others of the request.
    ("POSTAL_CODE", "9404", None, None, "9404"),
    ("POSTAL_CODE", "940431234", None, "94043-1234", "940431234"),
]


@pytest.mark.parametrize(("field", "value", "country", "sent", "theirs"), UNLIKE)
def test_we_differ_where_the_page_or_sense_says_so(
    field: str, value: str, country: str | None, sent: str | None, theirs: str | None
) -> None:
    assert ours(field, value, country) == sent
    assert google_s(field, value) == theirs
    assert sent != theirs
