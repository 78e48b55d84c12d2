"""What a value of the warehouse becomes at Meta: every case with the rule it follows and where Meta says so.

Sources: GUIDE Meta's guide with its table of hashing and normalisation, USERS its reference of the users edge, CAPI
what Meta's own package does (`serverside.normalize`), DOC the other product's document with its examples. Where
products differ from Meta's guide, the row says so: SDK is the official package's audience formatter.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from tests.case_tables import Source, table
from warehouse_sync.connectors.facebook_fields import FIELDS, GUIDE, USERS
from warehouse_sync.connectors.facebook_settings import Options
from warehouse_sync.fields import Preparer, preparer, resolve
from warehouse_sync.model import Mapped

SOURCES = {
    "GUIDE": Source(GUIDE, "hashing and normalisation of each key"),
    "USERS": Source(USERS, "app, page and account ids, and what a cell may be"),
    "CAPI": Source(
        "https://github.com/facebook/facebook-python-business-sdk", "serverside.normalize, where GUIDE is silent"
    ),
    "DOC": Source("https://www.rudderstack.com/docs/audiences/syncs/facebook-custom-audience/", "its examples"),
}
Row = tuple[str, Any, str | None, Any, str]
IDFA = "AB1234CD-E123-12FA-A123-123456789ABC"

GIVEN: list[Row] = [
    # field, value, the row's country, what is hashed or sent, rule
    ("EMAIL", "Mary@Example.com", None, "mary@example.com", "GUIDE lower case"),
    ("EMAIL", "  mary@example.com\n", None, "mary@example.com", "GUIDE trimmed"),
    ("EMAIL", "ABC@gmail.com", None, "abc@gmail.com", "DOC its example"),
    ("EMAIL", "m.a.r.y+x@gmail.com", None, "m.a.r.y+x@gmail.com", "GUIDE dots and tags stay; Google cuts them"),
    ("EMAIL", "\ufeffmary@example.com\u200b", None, "mary@example.com", "OURS nothing invisible"),
    ("EMAIL", "maria@bücher.example", None, "maria@bücher.example", "RFC international domains"),
    ("EMAIL", "o'brien@example.ie", None, "o'brien@example.ie", "RFC an apostrophe is allowed"),
    ("PHONE", "+1 (555) 987-6543", None, "15559876543", "GUIDE symbols off, no plus; TikTok wants it"),
    ("PHONE", "1-234-567-8910", None, "12345678910", "GUIDE its form, as Segment's page has it"),
    ("PHONE", "+44 844 412 4653", None, "448444124653", "GUIDE spaces off, as Segment's page has it"),
    ("PHONE", "0044 844 412 4653", None, "448444124653", "GUIDE leading zeros off; SDK keeps them"),
    ("PHONE", "+44 (0)20 7946 0958", None, "442079460958", "OURS the trunk zero is no part of it"),
    ("PHONE", "0@96346895", None, "96346895", "DOC its example"),
    ("PHONE", 15559876543, None, "15559876543", "OURS a numeric column"),
    ("GEN", "FEMALE", None, "f", "DOC its example"),
    ("GEN", " M ", None, "m", "GUIDE m or f"),
    ("GEN", "woman", None, "f", "OURS words that mean one; RudderStack makes all but female m"),
    ("DOBY", 1990, None, "1990", "GUIDE four digits"),
    ("DOBY", 1990.0, None, "1990", "OURS a float column; SDK makes it 19900"),
    ("DOBY", date(1990, 5, 17), None, "1990", "OURS a date column"),
    ("DOBM", "1", None, "01", "GUIDE two digits; Segment does not pad"),
    ("DOBM", "May", None, "05", "OURS English names, as Segment"),
    ("DOBM", "1990-05-17", None, "05", "OURS a date as text"),
    ("DOBD", "2", None, "02", "GUIDE two digits; Segment does not pad"),
    ("DOBD", datetime(1990, 5, 7, 23, tzinfo=UTC), None, "07", "OURS a timestamp column"),
    ("LN", "O'Brien", None, "obrien", "GUIDE no punctuation"),
    ("LN", "O’Brien", None, "obrien", "GUIDE no punctuation; RudderStack deletes ASCII's alone"),
    ("LN", "Jean-Luc", None, "jeanluc", "GUIDE no punctuation"),
    ("LN", "$mith", None, "mith", "GUIDE letters; Segment keeps symbols"),
    ("FN", "José", None, "josé", "GUIDE special letters stay, in UTF-8; SDK drops them"),
    ("FN", "JOSE\u0301", None, "josé", "OURS letters composed"),
    ("FN", "王小明", None, "王小明", "GUIDE any script"),
    ("FN", "Mary  Ann", None, "mary ann", "CAPI a space stays; SDK drops it"),
    ("FI", "Mr.", None, "m", "GUIDE the first letter; DOC has mr., Segment the whole text"),
    ("FI", "'Ann", None, "a", "GUIDE a letter; CAPI takes the apostrophe"),
    ("CT", "São Paulo", None, "saopaulo", "GUIDE Roman letters, no spaces; RudderStack makes sopaulo"),
    ("CT", "HN#", None, "hn", "DOC its example"),
    ("CT", "St. Louis", None, "stlouis", "GUIDE no punctuation, no spaces"),
    ("CT", "Łódź", None, "lodz", "GUIDE Roman letters"),
    ("ST", "CA", "US", "ca", "GUIDE two letters in the US"),
    ("ST", "California", "US", "ca", "GUIDE two letters in the US; RudderStack hashes the name"),
    ("ST", "New York", "US", "ny", "GUIDE two letters in the US; Segment makes newyork"),
    ("ST", "? AL ?", None, "al", "DOC its example"),
    ("ST", "Île-de-France", "FR", "iledefrance", "GUIDE elsewhere letters alone"),
    ("ZIP", "94105-1234", "US", "94105", "GUIDE five digits in the US; RudderStack makes 941051234"),
    ("ZIP", " 94105 ", "US", "94105", "GUIDE no spaces"),
    ("ZIP", 2139, "US", "02139", "OURS a numeric column has lost its zero"),
    ("ZIP", "SW1A 1AA", "GB", "sw1a1", "GUIDE area, district, sector in the UK; CAPI keeps all"),
    ("ZIP", "1234 AB", "NL", "1234ab", "GUIDE lower case, no spaces"),
    ("ZIP", "01310-100", "BR", "01310-100", "GUIDE only the US cuts at the dash; CAPI cuts everywhere"),
    ("COUNTRY", "IN", None, "in", "DOC its example"),
    ("COUNTRY", "USA", None, "us", "GUIDE two letters; Segment hashes usa"),
    ("COUNTRY", "Germany", None, "de", "OURS English names; SDK makes ge, which is Georgia"),
    ("MADID", IDFA, None, IDFA.lower(), "GUIDE lower case, hyphens, not hashed; SDK hashes it"),
    ("MADID", f" {IDFA}\r\n", None, IDFA.lower(), "OURS trimmed"),
    ("MADID", uuid.UUID(IDFA), None, IDFA.lower(), "OURS a uuid column"),
    ("EXTERN_ID", "Customer-42", None, "Customer-42", "GUIDE as it is, not hashed; SDK puts it in lower case"),
    ("EXTERN_ID", 42, None, "42", "OURS a numeric column"),
    ("APPUID", "10153735000000001", None, "10153735000000001", "USERS digits, not hashed"),
    ("PAGEUID", "1254477777772919", None, "1254477777772919", "USERS digits, not hashed"),
    ("LOOKALIKE_VALUE", "44.5", None, 44.5, "USERS a number, not hashed"),
    ("LOOKALIKE_VALUE", Decimal("140.00"), None, 140, "USERS a number"),
    ("app_ids", "12, 13", None, ["12", "13"], "USERS a list of ids"),
    ("page_ids", 12, None, ["12"], "USERS a list of ids"),
    ("ig_account_ids", "17841400000000000", None, ["17841400000000000"], "USERS a list of ids"),
]

WRONG: list[Row] = [
    ("EMAIL", "nobody", None, "email_invalid", "RFC no @; Segment hashes it all the same"),
    ("EMAIL", "a@b.com,c@d.com", None, "email_invalid", "RFC two addresses"),
    ("EMAIL", f"{'a' * 250}@x.com", None, "too_long", "RFC 254 characters"),
    ("EMAIL", "9252187b546c301f2413a0b0e4e096a3", None, "other_hash", "GUIDE SHA-256, not MD5"),
    ("PHONE", "none", None, "phone_invalid", "GUIDE digits"),
    ("PHONE", "+1 555 987 6543 x123", None, "phone_extension", "OURS nobody's own number has one"),
    ("PHONE", "0000000", None, "nothing_left", "GUIDE nothing without its zeros; Segment fails the whole batch"),
    ("PHONE", "123456", None, "phone_invalid", "RFC E.164: too short"),
    ("GEN", "other", None, "gender_unknown", "GUIDE m or f; RudderStack sends m, Segment the word"),
    ("DOBY", "90", None, "birth_out_of_range", "GUIDE from 1900 on"),
    ("DOBM", "13", None, "birth_out_of_range", "GUIDE 01 to 12; RudderStack sends 13"),
    ("DOBD", "32", None, "birth_out_of_range", "GUIDE 01 to 31; RudderStack sends 32"),
    ("LN", "42", None, "name_without_letters", "GUIDE letters"),
    ("FN", "🎉", None, "name_without_letters", "GUIDE letters"),
    ("CT", "東京", None, "city_not_latin", "GUIDE Roman letters"),
    ("ST", "Bayern", "US", "state_invalid", "GUIDE two letters in the US"),
    ("ZIP", "ABCDE", "US", "zip_invalid", "GUIDE five digits in the US"),
    ("COUNTRY", "ZZ", None, "country_unknown", "GUIDE ISO 3166-1"),
    ("MADID", "00000000-0000-0000-0000-000000000000", None, "madid_invalid", "OURS who opted out of tracking"),
    ("MADID", sha256(IDFA.encode()).hexdigest(), None, "madid_invalid", "GUIDE not hashed"),
    ("APPUID", "customer-1", None, "id_invalid", "USERS digits"),
    ("app_ids", "12;13", None, "id_invalid", "USERS a list of ids"),
]
CASES = table("facebook", SOURCES, GIVEN, WRONG)


def prepared(field: str, value: Any, country: str | None) -> Preparer:
    needs = {"APPUID": "app_ids", "PAGEUID": "page_ids"}.get(field)
    others = {"COUNTRY": country, **({needs: "1"} if needs else {})}
    given = [Mapped(name, None, other) for name, other in others.items() if other]
    return preparer(FIELDS, [Mapped(field, "v"), *given], sync="s", options=Options(), as_of_year=2026)


def explained(field: str, value: Any, country: str | None) -> dict[str, Any]:
    found: dict[str, Any] = prepared(field, value, country).explain(("1", None, value))[field]
    return found


@pytest.mark.parametrize(("field", "value", "country", "wanted", "rule"), GIVEN)
def test_a_value_becomes_what_meta_wants(field: str, value: Any, country: str | None, wanted: Any, rule: str) -> None:
    found = resolve(FIELDS, field)
    assert found is not None
    sent = sha256(wanted.encode()).hexdigest() if found.hash else wanted
    made = explained(field, value, country)
    assert (made["sent"], made["note"]) == (sent, ""), rule


@pytest.mark.parametrize(("field", "value", "country", "note", "rule"), WRONG)
def test_what_is_wrong_is_left_out_and_named(field: str, value: Any, country: str | None, note: str, rule: str) -> None:
    found = explained(field, value, country)
    assert (found["sent"], found["note"]) == (None, note), rule


def test_every_field_has_a_case() -> None:
    assert {field for field, *_ in GIVEN} == {each.name for each in FIELDS}


@pytest.mark.parametrize("placeholder", ["/", "-", "n/a", "?", "."])
def test_placeholders_are_left_out_and_the_row_goes_on(placeholder: str) -> None:
    fields = [each.name for each in FIELDS if each.hash and each.name != "EMAIL"]
    of = preparer(FIELDS, [Mapped("EMAIL", "e"), *(Mapped(name, "p") for name in fields)], sync="s")
    (row,) = of.prepare([("1", None, "mary@example.com", placeholder)], ("e", "p"))
    tokens = json.loads(row.tokens or "{}")
    assert row.verdict == "ready"
    assert sha256(placeholder.encode()).hexdigest() not in tokens.values()
    left_out = {note.split(":")[0] for note in (row.field_notes or "").split("; ")}
    assert left_out | set(tokens) >= {"EMAIL", *fields}
