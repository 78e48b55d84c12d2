"""What a value of the warehouse becomes at TikTok: every case with the rule it follows and where TikTok says so.

Sources: REF the reference page of segment mappings, SEP25 the help page "How to create a Custom Audience with a
customer file" of September 2025, AUG25 and JUL24 the older "List of supported IDs and formats", RFC what an address
or a number is at all, OURS what keeps a value from matching nobody. Where products differ from TikTok's page, the row
says so. All read 2026-11-22.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.case_tables import Source, table
from tests.tiktok.case import DEVICE, DEVICE_MD5, DEVICE_SHA256, JANE, PHONE, hashed
from warehouse_sync.connectors.tiktok import CONNECTOR
from warehouse_sync.connectors.tiktok_fields import FIELDS, STREAMING, fields
from warehouse_sync.connectors.tiktok_settings import Options
from warehouse_sync.fields import preparer, resolve
from warehouse_sync.model import Hashing, Mapped
from warehouse_sync.normalize import Around

HELP = "https://ads.tiktok.com/help/article"
IDS = f"{HELP}/list-of-supported-ids-and-formats-for-a-customer-file"
SOURCES = {
    "REF": Source(STREAMING, "the reference of segment mappings"),
    "SEP25": Source(f"{HELP}/how-to-create-a-custom-audience-with-a-customer-file", "as of September 2025"),
    "AUG25": Source(IDS, "as of August 2025"),
    "JUL24": Source(IDS, "as of July 2024"),
}
MAID = "5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25"
MAID_SHA256 = "83dc3f5f32b9472613b0f038d36f22585a609d018af6f6067f50da318bf354bd"
"""A device id and its hash, as TikTok's help page has them (September 2025)."""
PLAIN, PLUS, DOTS = Options(), Options(email_style="strip_plus"), Options(email_style="strip_plus_dots")
US, DE, GB = Options(default_country="US"), Options(default_country="DE"), Options(default_country="GB")


def prepared(field: str, value: Any, options: Options = PLAIN, hash: Hashing = "on", **more: Any) -> Any:
    table = fields(options.email_style)
    mapping = [Mapped(field, "v")]
    of = preparer(table, mapping, sync="vip", hash=hash, options=options, hashing_words=CONNECTOR.hashing_words, **more)
    return of.prepare([("1", None, value)])[0]


GIVEN: list[tuple[str, Any, Options, str, str]] = [
    # e-mail: field, value, options, what is hashed, rule
    ("EMAIL_SHA256", "janedoe@gmail.com", PLAIN, "janedoe@gmail.com", "SEP25 its own vector"),
    ("EMAIL_SHA256", "JaneDoe@Gmail.com", PLAIN, "janedoe@gmail.com", "SEP25 lower case"),
    ("EMAIL_SHA256", "  janedoe@gmail.com\n", PLAIN, "janedoe@gmail.com", "SEP25 spaces removed"),
    ("EMAIL_SHA256", "jane doe@gmail.com", PLAIN, "janedoe@gmail.com", "SEP25 inner spaces too; Meta would refuse it"),
    ("EMAIL_SHA256", "jane\u00a0doe@gmail.com", PLAIN, "janedoe@gmail.com", "SEP25 every kind of space"),
    ("EMAIL_SHA256", "jane\tdoe@gmail.com", PLAIN, "janedoe@gmail.com", "SEP25 tabs are spaces"),
    ("EMAIL_SHA256", "\ufeffjanedoe@gmail.com\u200b", PLAIN, "janedoe@gmail.com", "OURS nothing invisible"),
    ("EMAIL_SHA256", "jane.doe@gmail.com", PLAIN, "jane.doe@gmail.com", "SEP25 dots stay; Segment cuts them"),
    ("EMAIL_SHA256", "jane+tag@gmail.com", PLAIN, "jane+tag@gmail.com", "SEP25 tags stay; Segment cuts them"),
    ("EMAIL_SHA256", "Jane.Doe+tag@Gmail.com", PLUS, "jane.doe@gmail.com", "AUG25 the tag goes"),
    ("EMAIL_SHA256", "jane+a+b@gmail.com", PLUS, "jane@gmail.com", "AUG25 from the first plus on"),
    ("EMAIL_SHA256", "jane.doe@gmail.com", PLUS, "jane.doe@gmail.com", "AUG25 dots stay"),
    ("EMAIL_SHA256", "Jane.Doe+tag@Gmail.com", DOTS, "janedoe@gmail.com", "JUL24 tag and dots go"),
    ("EMAIL_SHA256", "j.a.n.e@mail.example.co.uk", DOTS, "jane@mail.example.co.uk", "JUL24 only before the @"),
    ("EMAIL_SHA256", "jane.doe@example.com", DOTS, "janedoe@example.com", "JUL24 whatever the domain"),
    ("EMAIL_SHA256", "jane doe+x@gmail.com", DOTS, "janedoe@gmail.com", "SEP25 with JUL24"),
    ("EMAIL_SHA256", "maria@bücher.example", PLAIN, "maria@bücher.example", "RFC international domains"),
    ("EMAIL_SHA256", "RENE\u0301@example.com", PLAIN, "rené@example.com", "OURS letters composed"),
    ("EMAIL_SHA256", "O'Brien@example.ie", PLAIN, "o'brien@example.ie", "RFC an apostrophe is allowed"),
    ("EMAIL_SHA256", "jane@sub.example.co.uk", PLAIN, "jane@sub.example.co.uk", "RFC several dots"),
    # telephone
    ("PHONE_SHA256", "+1231234567", PLAIN, "+1231234567", "REF its own example"),
    ("PHONE_SHA256", "+1 (231) 234-5678", PLAIN, "+12312345678", "REF E.164: digits after the plus"),
    ("PHONE_SHA256", "+49 30.901-820", PLAIN, "+4930901820", "REF E.164; RudderStack hashes it as it stands"),
    ("PHONE_SHA256", "0049 30 901820", PLAIN, "+4930901820", "REF 00 is a plus; RudderStack hashes the zeros"),
    ("PHONE_SHA256", "+44 (0)20 7946 0018", PLAIN, "+442079460018", "REF the trunk zero is no part of it"),
    ("PHONE_SHA256", "(+49) 30 901820", PLAIN, "+4930901820", "REF brackets around the code"),
    ("PHONE_SHA256", " +4930901820 ", PLAIN, "+4930901820", "OURS trimmed; Segment hashes the spaces"),
    ("PHONE_SHA256", "＋４９ 30 901820", PLAIN, "+4930901820", "OURS full-width digits"),
    ("PHONE_SHA256", "(231) 234-5678", US, "+12312345678", "REF a national number gets its country"),
    ("PHONE_SHA256", "030 901820", DE, "+4930901820", "REF the trunk zero goes"),
    ("PHONE_SHA256", "020 7946 0018", GB, "+442079460018", "REF the trunk zero goes"),
    ("PHONE_SHA256", 2312345678, US, "+12312345678", "OURS a numeric column"),
    ("PHONE_SHA256", "+4930901820", US, "+4930901820", "REF international ones keep their own country"),
    ("PHONE_SHA256", "004930901820", US, "+4930901820", "REF 00 is international everywhere"),
    # device ids
    *((kind, DEVICE, PLAIN, DEVICE, "REF hash of the id with its hyphens") for kind in ("IDFA_SHA256", "AAID_SHA256")),
    *((kind, DEVICE, PLAIN, DEVICE, "REF MD5 of the id with its hyphens") for kind in ("IDFA_MD5", "AAID_MD5")),
    *((kind, DEVICE.upper(), PLAIN, DEVICE, "SEP25 one case; Segment hashes capitals") for kind in ("IDFA_SHA256",)),
    ("AAID_SHA256", DEVICE.upper(), PLAIN, DEVICE, "SEP25 one case"),
    ("AAID_SHA256", MAID, PLAIN, MAID, "SEP25 its own vector"),
    ("IDFA_MD5", DEVICE.upper(), PLAIN, DEVICE, "SEP25 one case"),
    ("AAID_MD5", DEVICE.upper(), PLAIN, DEVICE, "SEP25 one case"),
    ("IDFA_SHA256", f"  {DEVICE}\r\n", PLAIN, DEVICE, "OURS trimmed"),
    ("AAID_MD5", f"\u200b{DEVICE}", PLAIN, DEVICE, "OURS nothing invisible"),
    ("IDFA_SHA256", uuid.UUID(DEVICE), PLAIN, DEVICE, "OURS a uuid column"),
]

WRONG: list[tuple[str, Any, Options, str, str]] = [
    ("EMAIL_SHA256", "janedoe", PLAIN, "email_invalid", "RFC no @"),
    ("EMAIL_SHA256", "jane@localhost", PLAIN, "email_invalid", "RFC no domain"),
    ("EMAIL_SHA256", "a@b.com c@d.com", PLAIN, "email_invalid", "RFC two addresses"),
    ("EMAIL_SHA256", "a@b.com,c@d.com", PLAIN, "email_invalid", "RFC two addresses"),
    ("EMAIL_SHA256", "+tag@example.com", PLUS, "email_invalid", "AUG25 nothing is left of it"),
    ("EMAIL_SHA256", "...@example.com", DOTS, "email_invalid", "JUL24 nothing is left of it"),
    ("EMAIL_SHA256", f"{'a' * 250}@x.com", PLAIN, "too_long", "RFC 254 characters"),
    ("EMAIL_SHA256", "9252187b546c301f2413a0b0e4e096a3", PLAIN, "other_hash", "REF SHA-256, not MD5"),
    ("EMAIL_SHA256", True, PLAIN, "type_unsupported", "OURS a flag is no address"),
    ("PHONE_SHA256", "2312345678", PLAIN, "phone_national", "REF E.164; RudderStack hashes it all the same"),
    ("PHONE_SHA256", 12312345678, PLAIN, "phone_national", "REF no plus, no country"),
    ("PHONE_SHA256", "+1 231 234 5678 ext. 9", PLAIN, "phone_extension", "REF E.164 has no extensions"),
    ("PHONE_SHA256", "+1-800-FLOWERS", PLAIN, "phone_invalid", "REF digits"),
    ("PHONE_SHA256", "+49 30 901820, +49 30 901821", PLAIN, "phone_invalid", "REF one number"),
    ("PHONE_SHA256", "+123456", PLAIN, "phone_invalid", "RFC E.164: too short"),
    ("PHONE_SHA256", "+1234567890123456", PLAIN, "phone_invalid", "RFC E.164: at most 15 digits"),
    ("PHONE_SHA256", "12", DE, "phone_invalid", "OURS impossible in its country"),
    ("IDFA_SHA256", DEVICE.replace("-", ""), PLAIN, "other_hash", "REF its hyphens are hashed; RudderStack hashes it"),
    ("AAID_SHA256", DEVICE.replace("-", ""), PLAIN, "other_hash", "REF its hyphens are hashed"),
    ("IDFA_SHA256", "00000000-0000-0000-0000-000000000000", PLAIN, "madid_invalid", "OURS who opted out of tracking"),
    ("AAID_MD5", "00000000-0000-0000-0000-000000000000", PLAIN, "madid_invalid", "OURS who opted out of tracking"),
    ("IDFA_MD5", DEVICE[:-1], PLAIN, "madid_invalid", "REF not an id"),
    ("AAID_MD5", f"{{{DEVICE}}}", PLAIN, "madid_invalid", "REF not an id"),
    ("IDFA_MD5", hashed("SHA256", DEVICE), PLAIN, "other_hash", "REF MD5, not SHA-256"),
]


CASES = table("tiktok", SOURCES, GIVEN, WRONG)


def test_every_field_has_a_case() -> None:
    assert {field for field, *_ in GIVEN} == {each.name for each in FIELDS}


@pytest.mark.parametrize(("field", "value", "options", "text", "rule"), GIVEN)
def test_a_value_becomes_what_tiktok_wants(field: str, value: Any, options: Options, text: str, rule: str) -> None:
    assert json.loads(prepared(field, value, options).tokens) == {field: hashed(field, text)}, rule


@pytest.mark.parametrize(("field", "value", "options", "note", "rule"), WRONG)
def test_what_is_wrong_is_left_out_and_named(field: str, value: Any, options: Options, note: str, rule: str) -> None:
    row = prepared(field, value, options)
    assert (row.tokens, row.field_notes) == (None, f"{field}: {note}"), rule


def test_a_plus_in_the_domain_is_no_address_in_any_style() -> None:
    for options in (PLAIN, PLUS, DOTS):
        assert prepared("EMAIL_SHA256", "jane+tag@x+y.example", options).field_notes == "EMAIL_SHA256: email_invalid"


@pytest.mark.parametrize("value", [None, "", "   ", "\u200b"])
def test_nothing_is_sent_for_what_is_empty_least_of_all_the_hash_of_nothing(value: Any) -> None:
    for each in FIELDS:
        row = prepared(each.name, value)
        assert (row.tokens, row.filled, row.field_notes) == (None, ".", None)


def test_the_vectors_of_tiktoks_pages_come_out() -> None:
    vectors = {
        ("EMAIL_SHA256", "janedoe@gmail.com"): JANE,
        ("PHONE_SHA256", "+1231234567"): PHONE,
        ("AAID_SHA256", MAID): MAID_SHA256,
        ("IDFA_SHA256", DEVICE): DEVICE_SHA256,
        ("AAID_SHA256", DEVICE): DEVICE_SHA256,
        ("IDFA_MD5", DEVICE): DEVICE_MD5,
        ("AAID_MD5", DEVICE): DEVICE_MD5,
    }
    for (field, value), token in vectors.items():
        assert json.loads(prepared(field, value).tokens) == {field: token}


@pytest.mark.parametrize(("field", "value", "options", "text", "rule"), GIVEN)
def test_short_cuts_give_what_the_long_way_gives(
    field: str, value: Any, options: Options, text: str, rule: str
) -> None:
    quick = resolve(fields(options.email_style), field)
    assert quick is not None and quick.quick is not None
    assert quick.quick(value) in (None, text.encode()), rule


TEXTS = st.one_of(
    st.text(max_size=40),
    st.emails(),
    st.from_regex(r"\A[A-Za-z.+ ]{1,12}@[a-z.]{1,8}\.com\Z"),
    st.from_regex(r"\A[+0(]{0,2}[0-9 ().x-]{3,18}\Z"),
    st.uuids().map(str),
)


@given(TEXTS, st.sampled_from([PLAIN, PLUS, DOTS, US]))
def test_a_short_cut_never_differs_from_the_long_way(text: str, options: Options) -> None:
    around = Around(None, (options.default_country or "").lower() or None, 2026)
    for each in fields(options.email_style):
        short = each.quick(text) if each.quick else None
        if short is not None:
            long = each.normaliser("tiktok")(text, around)
            assert short == str(long).encode()
            assert each.check is None or each.check(str(long), around) is None


# The hash setting


ENABLED = (
    "Automatically hash PII data is enabled but the value for field {} appears to already be hashed. "
    "Either disable hashing or send unhashed data."
)
DISABLED = (
    "Automatically hash PII data is disabled but the value for field {} appears to be unhashed. "
    "Either enable hashing or send pre-hashed data."
)


@pytest.mark.parametrize("field", [each.name for each in FIELDS])
def test_the_row_errors_are_worded_as_the_document_words_them(field: str) -> None:
    plain = next(value for name, value, *_ in GIVEN if name == field)
    row = prepared(field, hashed(field, "anything"))
    assert (row.verdict, row.error_code, row.error_reason) == ("hold", "already_hashed", ENABLED.format(field))
    row = prepared(field, plain, hash="off")
    assert (row.verdict, row.error_code, row.error_reason) == ("hold", "not_hashed", DISABLED.format(field))


@pytest.mark.parametrize("field", [each.name for each in FIELDS])
def test_hashes_travel_in_lower_case_with_hashing_off_and_in_auto(field: str) -> None:
    token = hashed(field, "anything")
    for setting in ("off", "auto"):
        row = prepared(field, f" {token.upper()} ", hash=setting)  # type: ignore[arg-type]
        assert json.loads(row.tokens) == {field: token}


@pytest.mark.parametrize("field", ["IDFA_MD5", "AAID_MD5"])
def test_a_device_id_without_hyphens_is_taken_for_the_md5_it_cannot_be_told_from(field: str) -> None:
    bare = DEVICE.replace("-", "")
    assert prepared(field, bare).error_reason == ENABLED.format(field)
    for setting in ("off", "auto"):
        assert json.loads(prepared(field, bare, hash=setting).tokens) == {field: bare}  # type: ignore[arg-type]


def test_a_row_without_any_valid_id_fails() -> None:
    assert prepared("EMAIL_SHA256", "janedoe").error_code == "no_valid_identifier"
    row = prepared("EMAIL_SHA256", None)
    assert (row.error_code, row.error_reason) == (
        "no_valid_field",
        "All user properties [EMAIL_SHA256] are invalid or null. At least one valid field is required.",
    )


def test_without_cleaning_values_are_hashed_as_they_stand() -> None:
    for field, value in (("PHONE_SHA256", "(231) 234-5678"), ("EMAIL_SHA256", "Jane@Example.com")):
        assert json.loads(prepared(field, value, normalize="off").tokens) == {field: hashed(field, value)}


def test_a_person_with_all_six_ids_has_them_in_the_tables_order() -> None:
    mapping = [Mapped(each.name, each.name) for each in reversed(FIELDS)]
    prepare = preparer(FIELDS, mapping, sync="vip")
    values = {"EMAIL_SHA256": "janedoe@gmail.com", "PHONE_SHA256": "+1231234567"}
    row = prepare.prepare([("1", None, *[values.get(name, DEVICE) for name in prepare.columns])])[0]
    assert list(json.loads(row.tokens or "").values()) == [
        JANE, PHONE, DEVICE_SHA256, DEVICE_SHA256, DEVICE_MD5, DEVICE_MD5
    ]  # fmt: skip
    assert len({digest for digest in row[10:] if digest}) == 6


@pytest.mark.parametrize(
    ("written", "name"),
    [("email", "EMAIL_SHA256"), ("Phone", "PHONE_SHA256"), ("idfa", "IDFA_SHA256"), ("GAID_MD5", "AAID_MD5"),
     ("aaid sha256", "AAID_SHA256"), ("idfa_md5", "IDFA_MD5")],
)  # fmt: skip
def test_fields_are_found_by_the_names_that_documents_use(written: str, name: str) -> None:
    found = resolve(FIELDS, written)
    assert found is not None and found.name == name
