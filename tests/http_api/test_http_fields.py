"""Values on their way to an HTTP API: cleaned and hashed as the field asks, refused as the document says."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

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


PLAIN = [
    # value, normalize, what travels
    ("Foo@X.com ", "none", "Foo@X.com "),
    ("Foo@X.com ", "trim", "Foo@X.com"),
    (" Foo@X.com ", "lower", "foo@x.com"),
    (" Foo@X.com ", "email", "foo@x.com"),
    ("İstanbul", "lower", "istanbul"),
    ("no address", "email", None),
    ("+1 (231) 234-5678", "phone", "+12312345678"),
    ("0231 234", "phone", None),
    ("", "none", None),
    ("  ", "none", None),
    (None, "none", None),
    (42, "none", 42),
    (42.0, "none", 42),
    (1.5, "none", 1.5),
    (float("nan"), "none", None),
    (Decimal("19.99"), "none", 19.99),
    (Decimal("0.1000000000000000000001"), "none", "0.1000000000000000000001"),
    (True, "none", True),
    (False, "none", False),
    (date(2026, 11, 22), "none", "2026-11-22"),
    (datetime(2026, 11, 22, 1, 2, tzinfo=UTC), "none", "2026-11-22T01:02:00+00:00"),
    (UUID(int=1), "none", "00000000-0000-0000-0000-000000000001"),
    ('with "quotes"\n', "none", 'with "quotes"\n'),
    ("\ud800", "none", None),
    (b"bytes", "none", None),
]


@pytest.mark.parametrize(("value", "normalize", "travels"), PLAIN)
def test_a_value_travels_as_its_field_says(value: Any, normalize: str, travels: Any) -> None:
    assert sent(value, normalize=normalize) == travels
    assert type(sent(value, normalize=normalize)) is type(travels)


HASHED = [
    ("Foo@X.com", "none", "SHA256", digest("Foo@X.com")),
    ("foo@x.com", "none", "SHA256", digest("foo@x.com")),
    (" Foo@X.com", "none", "SHA256", digest(" Foo@X.com")),
    ("Foo@X.com", "email", "SHA256", digest("foo@x.com")),
    ("Foo@X.com", "lower", "SHA512", digest("foo@x.com", "sha512")),
    ("Foo@X.com", "trim", "MD5", digest("Foo@X.com", "md5")),
    ("+1 231 234 5678", "phone", "SHA256", digest("+12312345678")),
    (42, "none", "SHA256", digest("42")),
    (1.5, "none", "SHA256", digest("1.5")),
    (True, "none", "SHA256", digest("true")),
    ("é", "none", "SHA256", digest("é")),
    ("", "none", "SHA256", None),
]


@pytest.mark.parametrize(("value", "normalize", "kind", "travels"), HASHED)
def test_a_hash_is_of_the_normalised_text_and_in_lower_case(
    value: Any, normalize: str, kind: str, travels: Any
) -> None:
    assert sent(value, normalize=normalize, hash=kind) == travels


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
