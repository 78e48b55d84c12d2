"""What a changed row becomes: verdict, identity, tokens, notes."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse_sync.connectors.facebook_fields import FIELDS
from warehouse_sync.digests import identifier_digester, suppression_digest
from warehouse_sync.fields import Field, near, preparer, resolve
from warehouse_sync.model import Mapped
from warehouse_sync.normalize import lower
from warehouse_sync.text import Note

MARY = "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79"
PHONE = "1ef970831d7963307784fa8688e8fce101a15685d62aa765fed23f3a2c576a4e"
CODES = {note.code for note in Note}


def hashed(text):
    return sha256(text.encode()).hexdigest()


def prepared(*records, problem=None, static=None, **settings):
    """The prepared rows of records given as {field: value}, each column named like its field."""
    names = sorted({name for record in records for name in record})
    mapping = [Mapped(name, name) for name in names] + [
        Mapped(name, None, value) for name, value in (static or {}).items()
    ]
    preparing = preparer(FIELDS, mapping, sync="winback", as_of_year=2026, **settings)
    rows = [(at, problem, *[record.get(name) for name in preparing.columns]) for at, record in enumerate(records)]
    return preparing.prepare(rows)


def one(record, **settings):
    return prepared(record, **settings)[0]


def sent(row):
    return json.loads(row.tokens)


def identifiers(row):
    return [digest for digest in row[10:] if digest]


def test_identifiers_travel_first_then_the_rest_in_table_order():
    row = one(
        {"COUNTRY": "US", "FN": "José", "EMAIL": " Mary@Example.com", "EXTERN_ID": 'é"1', "LOOKALIKE_VALUE": 44.5}
    )
    assert row.tokens == (
        f'{{"EMAIL":"{MARY}","EXTERN_ID":"é\\"1","FN":"{hashed("josé")}","COUNTRY":"{hashed("us")}",'
        '"LOOKALIKE_VALUE":44.5}'
    )
    assert (row.verdict, row.filled, row.error_code, row.field_notes) == ("ready", "+++++", None, None)


def test_stored_digests_never_change():
    row = one({"EMAIL": "mary@example.com", "PHONE": "+15559876543", "APPUID": "7", "app_ids": "12,13", "FN": "Mary"})
    assert (row.identity, row.payload, row.page_group, identifiers(row)) == (
        "6ef1af28e336095469f8fff911272585",
        "1f73eb90c9b41a6b946011928e722257",
        "ea5cf91c131f33a3a067a7f6305734d1",
        ["51f1904cf1a9d73a55fa5de0ac823c44", "e71ef970831d7963307784fa8688e8fc", "b3c7d3fc1ccfbf2946c9f49d8cdae5bb"],
    )
    assert one({"FN": "Mary", "COUNTRY": "us"}).identity == "ecb27b017408e54ccb83448c01b587e4"
    assert suppression_digest("winback", "key", "7") == "f017cda080af6819653a9e499ffbb02b"


def test_an_invalid_field_is_dropped_and_noted_by_code():
    row = one({"EMAIL": "mary@example.com", "PHONE": "1-800-FLOWERS", "ZIP": "??", "CT": "Москва"})
    assert row.verdict == "ready"
    assert row.field_notes == "PHONE: phone_invalid; CT: city_not_latin; ZIP: zip_invalid"
    assert row.filled == "+!!!"
    assert sent(row) == {"EMAIL": MARY}


def test_nothing_is_sent_for_what_is_empty():
    row = one(
        {"EMAIL": "mary@example.com", "PHONE": "", "FN": "  ", "LN": None, "CT": "\u200b", "LOOKALIKE_VALUE": None}
    )
    assert (row.filled, sent(row), row.field_notes) == ("+.....", {"EMAIL": MARY}, None)


def test_a_corrected_city_keeps_the_identity_and_changes_the_payload():
    before, after = prepared({"EMAIL": "a@b.com", "CT": "Rome"}, {"EMAIL": "a@b.com", "CT": "Milan"})
    assert before.identity == after.identity
    assert before.payload != after.payload


def test_the_identity_is_made_of_the_valid_identifiers():
    with_phone, without, bad = prepared(
        {"EMAIL": "a@b.com", "PHONE": "+15559876543"}, {"EMAIL": "a@b.com"}, {"EMAIL": "a@b.com", "PHONE": "no"}
    )
    assert with_phone.identity != without.identity == bad.identity
    assert identifiers(without) == identifiers(bad) == identifiers(with_phone)[:1]


def test_the_same_token_in_two_fields_is_two_identifiers():
    row = one({"MADID": "abc-1", "EXTERN_ID": "abc-1"})
    assert len(set(identifiers(row))) == 2


def test_filled_in_identifiers_of_which_none_is_valid_hold_the_row():
    row = one({"EMAIL": "nobody", "PHONE": "12", "FN": "Mary"})
    assert (row.verdict, row.error_code) == ("hold", "no_valid_identifier")
    assert row.error_reason.startswith("No identifier is valid: [EMAIL, PHONE].")
    assert row.field_notes == "EMAIL: email_invalid; PHONE: phone_invalid"
    assert row.filled == "!!+"
    assert row[6:] == (None,) * 12


def test_without_identifiers_the_context_is_the_identity():
    mary, moved, john = prepared(
        {"EMAIL": None, "FN": "Mary", "CT": "Rome"}, {"FN": "Mary", "CT": "Milan"}, {"FN": "John", "CT": "Rome"}
    )
    assert mary.verdict == "ready"
    assert len({mary.identity, moved.identity, john.identity}) == 3
    assert identifiers(mary) == []


@pytest.mark.parametrize("record", [{"EMAIL": "", "FN": None}, {"EMAIL": None, "FN": "-"}])
def test_a_row_with_no_valid_field_is_cleared(record):
    row = one(record)
    assert (row.verdict, row.error_code) == ("clear", "no_valid_field")
    assert row.error_reason == (
        "All user properties [EMAIL, FN] are invalid or null. At least one valid field is required."
    )


def test_a_value_alone_is_nobody():
    assert one({"EMAIL": None, "LOOKALIKE_VALUE": 5}).error_code == "no_valid_field"
    assert one({"EMAIL": None, "app_ids": "12"}).error_code == "no_valid_field"


@pytest.mark.parametrize("value", [-1, "x", float("nan"), Decimal("-0.1")])
def test_a_bad_lookalike_value_is_sent_as_0_and_noted(value):
    row = one({"EMAIL": "mary@example.com", "LOOKALIKE_VALUE": value})
    assert sent(row)["LOOKALIKE_VALUE"] == 0
    assert (row.verdict, row.filled, row.field_notes) == ("ready", "+!", "LOOKALIKE_VALUE: number_invalid")


@pytest.mark.parametrize("value", [MARY, MARY.upper(), f" {MARY} "])
def test_a_hash_is_refused_while_hashing_is_on(value):
    row = one({"EMAIL": value, "PHONE": "+15559876543"})
    assert (row.verdict, row.error_code, row.filled) == ("hold", "already_hashed", "!+")
    assert row.error_reason == (
        "Hashing is enabled but the value for field EMAIL appears to already be hashed. "
        "Either disable hashing or send unhashed data."
    )


def test_plain_text_is_refused_while_hashing_is_off():
    row = one({"EMAIL": MARY, "FN": "Mary"}, hash="off", hashing_words="Automatically hash PII data is")
    assert (row.verdict, row.error_code) == ("hold", "not_hashed")
    assert row.error_reason == (
        "Automatically hash PII data is disabled but the value for field FN appears to be unhashed. "
        "Either enable hashing or send pre-hashed data."
    )


def test_with_hashing_off_hashes_travel_in_lower_case_and_plain_fields_as_ever():
    row = one({"EMAIL": MARY.upper(), "EXTERN_ID": "u-1", "MADID": "AB-12", "LN": " "}, hash="off")
    assert sent(row) == {"EMAIL": MARY, "MADID": "ab-12", "EXTERN_ID": "u-1"}


def test_auto_takes_both():
    row = one({"EMAIL": MARY.upper(), "PHONE": "+1 555 987 6543"}, hash="auto")
    assert sent(row) == {"EMAIL": MARY, "PHONE": PHONE}


def test_a_customer_id_that_looks_like_a_hash_is_only_an_id():
    assert sent(one({"EXTERN_ID": MARY.upper()})) == {"EXTERN_ID": MARY.upper()}


@pytest.mark.parametrize("value", ["d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709"])
def test_another_kind_of_hash_is_not_hashed_again(value):
    assert one({"EXTERN_ID": "1", "FN": value}).field_notes == "FN: other_hash"


@pytest.mark.parametrize(("problem", "verdict"), [("null_key", "clear"), ("duplicate_key", "hold")])
def test_a_row_with_a_bad_key_shows_its_marks_and_nothing_else(problem, verdict):
    row = one({"EMAIL": "mary@example.com", "PHONE": "", "FN": "-"}, problem=problem)
    assert (row.verdict, row.error_code, row.filled) == (verdict, problem, "+.!")
    assert row[6:] == (None,) * 12


def test_a_suppressed_key_is_cleared():
    row, other = prepared(
        {"EMAIL": "a@b.com"}, {"EMAIL": "c@d.com"}, suppressed={suppression_digest("winback", "key", "0")}
    )
    assert (row.verdict, row.error_code, row.identity) == ("clear", "suppressed", None)
    assert other.verdict == "ready"


def test_a_suppressed_identifier_clears_every_row_that_has_it():
    mary = identifier_digester("EMAIL", hashed=True)(MARY)
    entry = suppression_digest("winback", "identifier", mary)
    row = one({"EMAIL": "MARY@example.com", "PHONE": "+15559876543"}, suppressed=[entry])
    assert (row.verdict, row.error_code) == ("clear", "suppressed")
    assert one({"EMAIL": "mary@example.com"}, suppressed=[suppression_digest("other", "identifier", mary)]).identity


def test_a_static_value_fills_its_field_in_every_row():
    first, second = prepared({"EMAIL": "a@b.com"}, {"EMAIL": "c@d.com"}, static={"COUNTRY": "USA", "app_ids": 12})
    assert sent(first)["COUNTRY"] == sent(second)["COUNTRY"] == hashed("us")
    assert sent(first)["app_ids"] == ["12"]


def test_one_date_column_fills_year_month_and_day():
    mapping = [Mapped("DOBY", "born"), Mapped("DOBM", "born"), Mapped("DOBD", "born")]
    preparing = preparer(FIELDS, mapping, sync="s", as_of_year=2026)
    assert preparing.columns == ("born",)
    for value in (date(1990, 5, 7), "1990-05-07", "1990-05-07 10:00:00"):
        (row,) = preparing.prepare([("k", None, value)])
        assert sent(row) == {"DOBY": hashed("1990"), "DOBM": hashed("05"), "DOBD": hashed("07")}


def test_state_and_postal_code_read_the_country_of_their_row():
    rows = prepared(
        {"EXTERN_ID": 1, "COUNTRY": "USA", "ST": "New York", "ZIP": "10001-1234"},
        {"EXTERN_ID": 1, "COUNTRY": "GB", "ST": "New York", "ZIP": "SW1A 1AA"},
        {"EXTERN_ID": 1, "COUNTRY": "nowhere", "ST": "New York", "ZIP": "10001-1234"},
    )
    assert [(sent(row)["ST"], sent(row)["ZIP"]) for row in rows] == [
        (hashed("ny"), hashed("10001")),
        (hashed("newyork"), hashed("sw1a1")),
        (hashed("ny"), hashed("10001")),
    ]


def test_an_app_user_is_somebody_else_in_another_app():
    first, second, none, unmapped = (
        one({"APPUID": "7", "app_ids": "12"}),
        one({"APPUID": "7", "app_ids": "13"}),
        one({"APPUID": "7", "app_ids": None}),
        one({"APPUID": "7"}),
    )
    assert len({first.identity, second.identity, unmapped.identity}) == 3
    assert first.page_group != second.page_group
    assert unmapped.page_group is None
    assert (none.verdict, none.field_notes) == ("hold", "APPUID: scope_missing")


def test_the_same_page_values_are_one_group_whatever_the_person():
    first, second = prepared({"EMAIL": "a@b.com", "page_ids": "5, 6"}, {"EMAIL": "c@d.com", "page_ids": "5,6"})
    assert first.page_group == second.page_group
    assert sent(first)["page_ids"] == ["5", "6"]


def test_the_default_country_completes_national_numbers():
    row = one({"PHONE": "(555) 987-6543"}, options=SimpleNamespace(default_country="US"))
    assert sent(row) == {"PHONE": PHONE}


def test_without_normalising_values_are_hashed_as_they_are():
    row = one({"EMAIL": " Mary@Example.com", "FN": "O'Brien", "ZIP": 2139, "PHONE": "\t"}, normalize="off")
    assert sent(row) == {"EMAIL": hashed(" Mary@Example.com"), "FN": hashed("O'Brien"), "ZIP": hashed("2139")}


def test_a_preview_explains_each_field():
    mapping = [Mapped("EMAIL", "mail"), Mapped("FN", "first"), Mapped("PHONE", "phone"), Mapped("LN", "last")]
    preparing = preparer(FIELDS, mapping, sync="s")
    values = {"mail": " Mary@Example.com", "first": MARY, "phone": "x", "last": None}
    explained = preparing.explain(("k", None, *[values[name] for name in preparing.columns]))
    assert explained["EMAIL"] == {"normalized": "mary@example.com", "sent": MARY, "note": ""}
    assert explained["PHONE"] == {"normalized": None, "sent": None, "note": "phone_invalid"}
    assert explained["LN"] == {"normalized": None, "sent": None, "note": ""}
    assert "already be hashed" in explained["FN"]["note"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("EMAIL", "EMAIL"),
        ("email", "EMAIL"),
        ("Gender", "GEN"),
        ("dob year (yyyy)", "DOBY"),
        ("first_name", "FN"),
        ("US States", "ST"),
        ("External ID", "EXTERN_ID"),
        ("App ID", "app_ids"),
        ("Lookalike Value", "LOOKALIKE_VALUE"),
    ],
)
def test_a_mapping_may_use_name_or_label_in_any_case(text, name):
    assert resolve(FIELDS, text).name == name


def test_a_misspelt_field_is_found_nearby():
    assert resolve(FIELDS, "EMIAL") is None
    assert (near(FIELDS, "EMIAL"), near(FIELDS, "frist name"), near(FIELDS, "qqqq")) == ("EMAIL", "FN", None)


def test_a_mapping_that_cannot_be_is_refused():
    with pytest.raises(LookupError, match="EMIAL"):
        preparer(FIELDS, [Mapped("EMIAL", "x")], sync="s")
    with pytest.raises(ValueError, match="twice"):
        preparer(FIELDS, [Mapped("FN", "x"), Mapped("First name", "y")], sync="s")


def test_no_rows_become_no_rows():
    assert preparer(FIELDS, [Mapped("EMAIL", "x")], sync="s").prepare([]) == []


SOME_FIELDS = ("EMAIL", "PHONE", "EXTERN_ID", "FN", "CT", "ST", "ZIP", "COUNTRY", "DOBM", "LOOKALIKE_VALUE")
ANY_VALUE = st.one_of(
    st.none(),
    st.text(alphabet=st.characters(), max_size=20),
    st.sampled_from(
        ["Mary@Example.com", "+1 (555) 987-6543", "US", "New York", "10001-1234", MARY, "1990-05-07", 1, True, 1.0]
    ),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.dates(),
    st.datetimes(),
    st.booleans(),
    st.binary(max_size=3),
    st.lists(st.integers(), max_size=2),
)
ANY_ROW = st.tuples(st.integers(), st.sampled_from([None, None, None, "null_key", "duplicate_key"]), *[ANY_VALUE] * 10)


def preparing(**settings):
    return preparer(FIELDS, [Mapped(name, name) for name in SOME_FIELDS], sync="s", as_of_year=2026, **settings)


@given(st.lists(ANY_ROW, max_size=12), st.integers(1, 12), st.sampled_from(["on", "off", "auto"]))
def test_what_a_row_becomes_depends_on_no_other_row(rows, size, hashing):
    together = preparing(hash=hashing).prepare(rows)
    used = preparing(hash=hashing)
    in_parts = [row for at in range(0, len(rows), size) for row in used.prepare(rows[at : at + size])]
    alone = [preparing(hash=hashing).prepare([row])[0] for row in rows]
    assert together == in_parts == alone
    assert used.prepare(rows) == together


@given(ANY_ROW, st.sampled_from(["on", "off", "rudderstack"]))
def test_every_row_has_a_verdict_and_tells_no_value(row, profile):
    (made,) = preparing(normalize=profile).prepare([row])
    assert made.verdict in ("ready", "hold", "clear")
    assert (made.verdict == "ready") == (made.identity is not None) == (made.tokens is not None)
    assert len(made.filled) == len(SOME_FIELDS)
    for note in filter(None, (made.field_notes or "").split("; ")):
        name, code = note.split(": ")
        assert name in SOME_FIELDS
        assert code in CODES
    if made.error_code is None:
        json.loads(made.tokens)


@given(st.tuples(*[st.text(alphabet=st.characters(codec="utf-8"), max_size=12)] * 4))
def test_hashes_under_auto_become_what_their_values_become(values):
    names = ("FN", "LN", "GEN", "CT")
    plain = one(dict(zip(names, values, strict=True)) | {"EXTERN_ID": "1"})
    tokens = sent(plain)
    again = one(tokens, hash="auto")
    assert (again.identity, again.tokens) == (plain.identity, plain.tokens)


def test_a_mebibyte_of_text_is_too_long():
    row = one({"EXTERN_ID": "1", "EMAIL": "a" * 2**20 + "@b.com", "FN": "é" * 2**20, "PHONE": "+" + "1" * 2**20})
    assert row.field_notes == "EMAIL: too_long; PHONE: too_long; FN: too_long"


def by(identity: Any, row: tuple[Any, ...]) -> Any:
    """One row of a key, an id and a region, of which the first two fields together are the record."""
    fields = [replace(LOWERED, name=name, role="identifier") for name in ("ID", "REGION")]
    mapping = [Mapped("ID", "id"), Mapped("REGION", "region")]
    return preparer(fields, mapping, sync="s", identity=identity).prepare([row])[0]


LOWERED = Field("ID", "Id", "identifier", "An id", {"plain": lower}, "https://example.com", "2026-11")


def test_a_record_is_known_by_all_its_identifiers_together() -> None:
    one, other = by("record", (1, None, "a", "eu")), by("record", (2, None, "a", "us"))
    assert one.identity != other.identity
    assert (one.identifier_1, one.identifier_2) == (one.identity, None)
    assert by("record", (3, None, "A", "eu")).identity == one.identity


def test_a_record_without_a_part_of_its_key_is_nobody() -> None:
    found = by("record", (1, None, "a", None))
    assert (found.verdict, found.error_code, found.identity) == ("clear", "no_valid_field", None)


def test_a_record_may_be_known_by_its_rows_key() -> None:
    one, moved = by("key", (1, None, "a", "eu")), by("key", (1, None, "b", "us"))
    assert one.identity == moved.identity == one.identifier_1
    assert one.payload != moved.payload
    assert by("key", (2, None, "a", "eu")).identity != one.identity
