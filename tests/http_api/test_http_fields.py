"""Values on their way to an HTTP API: cleaned and hashed as the field asks, refused as the document says.

There is no platform: the rules are those of the other product's document and of its code, and where that has a trap,
ours.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.case_tables import Source, table
from tests.http_api.case import INSERT, destination
from warehouse_sync.connectors.http import CONNECTOR
from warehouse_sync.connectors.http_fields import fields_of
from warehouse_sync.connectors.http_settings import Options
from warehouse_sync.fields import preparer
from warehouse_sync.model import Mapped, PreparedRow

BODY = "$$.records"


def prepared(cells: dict[str, Any], *declared: dict[str, Any], **more: Any) -> PreparedRow:
    """One row through the preparer of a destination with these fields; `record_key` is the destination's own."""
    keys = more.pop("record_key", ())
    settings = destination(actions={"insert": {**INSERT, "body": BODY, "fields": declared}}, record_key=keys)
    statics = more.pop("statics", {})
    mapping = [Mapped(name, name) for name in cells] + [Mapped(name, static=value) for name, value in statics.items()]
    identity = "record" if keys else "key"
    options = Options(default_country=more.pop("country", None))
    made = preparer(fields_of(settings), mapping, sync="vip", hashing_words=CONNECTOR.hashing_words, options=options,
                    identity=identity, **more)  # type: ignore[arg-type] # fmt: skip
    columns = tuple(cells)
    return made.prepare([("1", None, *cells.values())], columns)[0]


def sent(value: Any, **field: Any) -> Any:
    """What travels of one value; None where nothing does."""
    row = prepared({"v": value, "id": "1"}, {"name": "id"}, {"name": "v", **field})
    return json.loads(row.tokens or "{}").get("v")


def digest(text: str, kind: str = "sha256") -> str:
    return hashlib.new(kind, text.encode()).hexdigest()


SOURCES = {
    "DOC": Source("https://www.rudderstack.com/docs/audiences/syncs/custom-audience/", "its advanced settings"),
    "CODE": Source(
        "https://github.com/rudderlabs/rudder-transformer/tree/develop/src/v0/destinations/custom_audience",
        "what the other product does where its document is silent, at c98d160",
    ),
    "JSON": Source("https://www.rfc-editor.org/rfc/rfc8259", "what a value can be in a body"),
    "SHA": Source("https://csrc.nist.gov/pubs/fips/180-4/upd1/final", "a hash is of bytes, here of UTF-8"),
}
NAN, LONG = float("nan"), Decimal("0.1000000000000000000001")
MORNING = datetime(2026, 11, 22, 1, 2, tzinfo=UTC)

PLAIN: list[tuple[Any, str, Any, str]] = [
    # value, normalize, what travels, rule
    ("Foo@X.com ", "none", "Foo@X.com ", "CODE as it is, spaces and case"),
    ("Foo@X.com ", "trim", "Foo@X.com", "OURS trimmed alone"),
    (" Foo@X.com ", "lower", "foo@x.com", "OURS trimmed and in lower case"),
    ("ÅNGSTRÖM", "lower", "ångström", "OURS letters of any script"),
    ("İstanbul", "lower", "istanbul", "OURS no dot is left over"),
    ("two  words", "trim", "two  words", "OURS nothing inside is touched"),
    (" Foo@X.com ", "email", "foo@x.com", "RFC the domain has no case; sent in lower case"),
    ("foo+tag@x.com", "email", "foo+tag@x.com", "OURS tags and dots stay: no platform's rule is known"),
    ("f.o.o@gmail.com", "email", "f.o.o@gmail.com", "OURS no Gmail rule"),
    ("maria@bücher.example", "email", "maria@bücher.example", "RFC international domains"),
    ("\ufefffoo@x.com\u200b", "email", "foo@x.com", "OURS nothing invisible"),
    ("no address", "email", None, "RFC no @"),
    ("foo@localhost", "email", None, "RFC no domain"),
    ("a@b.com,c@d.com", "email", None, "RFC two addresses"),
    (f"{'a' * 250}@x.com", "email", None, "RFC 254 characters"),
    (42, "email", None, "RFC a number is no address"),
    ("+1 (231) 234-5678", "phone", "+12312345678", "RFC E.164 with its plus"),
    ("0049 30 901820", "phone", "+4930901820", "RFC E.164: 00 is a plus"),
    ("+44 (0)20 7946 0018", "phone", "+442079460018", "RFC E.164: the trunk zero is no part of it"),
    ("＋４９ 30 901820", "phone", "+4930901820", "OURS full-width digits"),
    ("0231 234", "phone", None, "RFC E.164: no country"),
    ("+1 231 234 5678 ext. 9", "phone", None, "RFC E.164 has no extensions"),
    ("+1-800-FLOWERS", "phone", None, "RFC E.164: digits"),
    ("+123456", "phone", None, "RFC E.164: too short"),
    ("", "none", None, "CODE empty is dropped"),
    ("  ", "none", None, "OURS spaces are empty; RudderStack sends them"),
    ("\u200b", "trim", None, "OURS what nobody can see is empty"),
    (None, "none", None, "CODE null is dropped"),
    (42, "none", 42, "JSON a number"),
    (0, "none", 0, "JSON zero is a value"),
    (-7, "none", -7, "JSON a number below zero"),
    (2**60, "none", 2**60, "JSON every digit; JavaScript would lose the last ones"),
    (42.0, "none", 42, "OURS a whole number in a float column"),
    (1.5, "none", 1.5, "JSON a fraction"),
    (NAN, "none", None, "JSON has none"),
    (float("inf"), "none", None, "JSON has none"),
    (Decimal("19.99"), "none", 19.99, "JSON a decimal that a float holds"),
    (LONG, "none", "0.1000000000000000000001", "OURS a decimal that no float holds is its text"),
    (True, "none", True, "JSON true"),
    (False, "none", False, "JSON false is a value; RudderStack lets it pass, too"),
    (date(2026, 11, 22), "none", "2026-11-22", "OURS ISO 8601"),
    (MORNING, "none", "2026-11-22T01:02:00+00:00", "OURS ISO 8601 with its zone"),
    (UUID(int=1), "none", "00000000-0000-0000-0000-000000000001", "OURS a uuid column"),
    ('with "quotes"\n', "none", 'with "quotes"\n', "JSON escaped, never breaking out"),
    ("東京", "none", "東京", "JSON any script"),
    ("a" * 64, "none", "a" * 64, "CODE without an algorithm a hash is a text"),
    ("\ud800", "none", None, "JSON a lone surrogate cannot travel"),
    (b"bytes", "none", None, "JSON has none"),
]


@pytest.mark.parametrize(("value", "normalize", "travels", "rule"), PLAIN)
def test_a_value_travels_as_its_field_says(value: Any, normalize: str, travels: Any, rule: str) -> None:
    assert sent(value, normalize=normalize) == travels, rule
    assert type(sent(value, normalize=normalize)) is type(travels), rule


HASHED: list[tuple[Any, str, str, str | None, str]] = [
    # value, normalize, hash, what travels, rule
    ("Foo@X.com", "none", "SHA256", digest("Foo@X.com"), "CODE hashed as it is: case makes another hash"),
    ("foo@x.com", "none", "SHA256", digest("foo@x.com"), "CODE hashed as it is"),
    (" Foo@X.com", "none", "SHA256", digest(" Foo@X.com"), "CODE hashed as it is: spaces make another hash"),
    ("Foo@X.com", "email", "SHA256", digest("foo@x.com"), "OURS normalised first where asked for"),
    ("Foo@X.com", "lower", "SHA512", digest("foo@x.com", "sha512"), "DOC the field's algorithm"),
    ("Foo@X.com", "trim", "MD5", digest("Foo@X.com", "md5"), "DOC the field's algorithm"),
    ("+1 231 234 5678", "phone", "SHA256", digest("+12312345678"), "OURS normalised first where asked for"),
    ("0049 30 901820", "phone", "MD5", digest("+4930901820", "md5"), "OURS normalised first where asked for"),
    (42, "none", "SHA256", digest("42"), "CODE a number is its text"),
    (42.0, "none", "SHA256", digest("42"), "OURS a whole number has no fraction"),
    (1.5, "none", "SHA256", digest("1.5"), "CODE a number is its text"),
    (True, "none", "SHA256", digest("true"), "CODE as JavaScript writes it"),
    (date(2026, 11, 22), "none", "SHA256", digest("2026-11-22"), "OURS ISO 8601"),
    (UUID(int=1), "none", "MD5", digest(str(UUID(int=1)), "md5"), "OURS a uuid column"),
    ("é", "none", "SHA256", digest("é"), "SHA of UTF-8"),
    ("東京", "none", "SHA512", digest("東京", "sha512"), "SHA of UTF-8"),
    ("", "none", "SHA256", None, "CODE nothing is hashed for what is empty"),
    (None, "none", "SHA512", None, "CODE nothing is hashed for null"),
    ("no address", "email", "SHA256", None, "OURS what is wrong is not hashed"),
    ("a" * 32, "none", "SHA256", None, "DOC a hash of another kind would match nobody"),
    ("a" * 128, "none", "MD5", None, "DOC a hash of another kind would match nobody"),
]
CASES = table("http", SOURCES, PLAIN, HASHED)


@pytest.mark.parametrize(("value", "normalize", "kind", "travels", "rule"), HASHED)
def test_a_hash_is_of_the_normalised_text_and_in_lower_case(
    value: Any, normalize: str, kind: str, travels: str | None, rule: str
) -> None:
    assert sent(value, normalize=normalize, hash=kind) == travels, rule


def test_national_numbers_need_the_default_country() -> None:
    field = {"name": "v", "normalize": "phone"}
    row = prepared({"v": "(231) 234-5678", "id": 1}, {"name": "id"}, field, country="US")
    assert json.loads(row.tokens or "")["v"] == "+12312345678"


@pytest.mark.parametrize(("kind", "length"), [("SHA256", 64), ("SHA512", 128), ("MD5", 32)])
def test_double_hashing_is_refused_as_the_document_words_it(kind: str, length: int) -> None:
    row = prepared({"EMAIL": "a" * length}, {"name": "EMAIL", "hash": kind})
    assert row.error_code == "already_hashed"
    assert row.error_reason == (
        "Hashing is enabled but the value for field EMAIL appears to already be hashed. "
        "Either disable hashing or send unhashed data."
    )


def test_values_that_are_not_hashed_are_refused_where_hashing_is_off_as_the_document_words_it() -> None:
    row = prepared({"EMAIL": "ann@example.com"}, {"name": "EMAIL", "hash": "SHA256"}, hash="off")
    assert row.error_code == "not_hashed"
    assert row.error_reason == (
        "Hashing is disabled but the value for field EMAIL appears to be unhashed. "
        "Either enable hashing or send pre-hashed data."
    )


def test_hashes_travel_where_hashing_is_off_and_where_the_field_has_none() -> None:
    for setting, kind in (("off", "SHA256"), ("on", "NONE")):
        row = prepared({"EMAIL": "a" * 64}, {"name": "EMAIL", "hash": kind}, hash=setting)
        assert json.loads(row.tokens or "") == {"EMAIL": "a" * 64}


@pytest.mark.parametrize("value", [None, "", "no address"])
def test_a_row_without_a_value_for_a_required_field_is_refused_and_its_member_stays(value: Any) -> None:
    required = {"name": "EMAIL", "required": True, "normalize": "email", "hash": "SHA256"}
    row = prepared({"EMAIL": value, "id": 1}, required, {"name": "id"})
    assert (row.verdict, row.error_code) == ("hold", "required_missing")
    assert (
        row.error_reason
        == "The destination requires the field EMAIL, and the row has no value for it that can be sent."
    )


def test_static_values_come_before_required_ones_are_looked_for() -> None:
    row = prepared(
        {"id": 1}, {"name": "id"}, {"name": "tier", "required": True, "static": True}, statics={"tier": "gold"}
    )
    assert json.loads(row.tokens or "") == {"id": 1, "tier": "gold"}


def test_a_row_of_which_nothing_is_left_is_refused() -> None:
    assert prepared({"a": None, "b": ""}, {"name": "a"}, {"name": "b"}).error_code == "no_valid_field"
    assert prepared({"a": b"x", "b": ""}, {"name": "a"}, {"name": "b"}).verdict == "hold"


def test_a_member_is_its_primary_key_or_else_its_record_key() -> None:
    fields = {"name": "id"}, {"name": "email"}
    by_key = [prepared({"id": at, "email": "a"}, *fields).identity for at in ("1", "2")]
    assert by_key[0] == by_key[1] is not None
    by_record = [prepared({"id": at, "email": "a"}, *fields, record_key=("id",)).identity for at in ("1", "2")]
    assert by_record[0] != by_record[1]
    assert prepared({"id": None, "email": "a"}, *fields, record_key=("id",)).error_code == "no_valid_field"


def test_without_normalising_values_travel_as_they_are() -> None:
    row = prepared({"v": " A@X.com", "n": 7}, {"name": "v", "normalize": "email"}, {"name": "n"}, normalize="off")
    assert json.loads(row.tokens or "") == {"v": " A@X.com", "n": 7}
