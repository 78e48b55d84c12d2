"""What a value of the warehouse becomes at LinkedIn: every case with the rule it follows and where LinkedIn says so.

Sources: USERS and COMPANIES the pages of segment users and companies, DOC the document of the other product with its
lengths, SEG Segment's live fixtures, RFC what an address or a domain is at all, OURS what keeps a value from matching
nobody. All read 2026-11-22.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.case_tables import Source, table
from tests.linkedin.case import DANA, DANA_256, DANA_512, DEVICE, hashed, hashed_512
from warehouse_sync.connectors.linkedin import CONNECTOR
from warehouse_sync.connectors.linkedin_fields import COMPANIES, COMPANY_FIELDS, FIELDS, USER_FIELDS, USERS
from warehouse_sync.fields import preparer, resolve
from warehouse_sync.model import Hashing, Mapped
from warehouse_sync.normalize import Around

SOURCES = {
    "USERS": Source(USERS, "segment users"),
    "COMPANIES": Source(COMPANIES, "segment companies"),
    "DOC": Source("https://www.rudderstack.com/docs/audiences/syncs/linkedin-audience/", "fields with their lengths"),
    "SEG": Source("https://github.com/segmentio/action-destinations", "recorded requests to LinkedIn"),
}
BARE = DEVICE.replace("-", "")
ZEROS = "00000000-0000-0000-0000-000000000000"


def prepared(field: str, value: Any, hash: Hashing = "on", **more: Any) -> Any:
    of = preparer(FIELDS, [Mapped(field, "v")], sync="vip", hash=hash, hashing_words=CONNECTOR.hashing_words, **more)
    return of.prepare([("1", None, value)])[0]


def sent(field: str, value: Any) -> Any:
    """What travels of one field: attributes are looked at beside an identifier, which a row needs."""
    of = preparer(FIELDS, [Mapped("companyName", "n"), Mapped(field, "v")], sync="vip")
    row = of.prepare([("1", None, "Acme", value)], ("n", "v"))[0]
    return json.loads(row.tokens or "{}").get(field), row.field_notes


EMAILS: list[tuple[str, str, str]] = [
    ("dana@example.com", "dana@example.com", "USERS its form"),
    ("Dana@Example.COM", "dana@example.com", "USERS lower case"),
    ("  dana@example.com\n", "dana@example.com", "USERS no white space around"),
    ("dana  smith@example.com", "danasmith@example.com", "USERS nor inside; Google refuses it"),
    ("dana\u00a0@example.com", "dana@example.com", "USERS every kind of space"),
    ("dana\t@example.com", "dana@example.com", "USERS tabs are white space"),
    ("da.na@gmail.com", "da.na@gmail.com", "USERS dots stay; Google takes them away"),
    ("dana+x@gmail.com", "dana+x@gmail.com", "USERS tags stay; Google takes them away"),
    ("dana@googlemail.com", "dana@googlemail.com", "USERS no Gmail rule"),
    ("\ufeffdana@example.com\u200b", "dana@example.com", "OURS nothing invisible"),
    ("maria@bücher.example", "maria@bücher.example", "RFC international domains"),
    ("O'Brien@example.ie", "o'brien@example.ie", "RFC an apostrophe is allowed"),
]

GIVEN: list[tuple[str, Any, Any, str]] = [
    ("GOOGLE_AID", DEVICE, DEVICE, "USERS as it is; DOC says 32 characters, an id has 36"),
    ("GOOGLE_AID", DEVICE.upper(), DEVICE, "USERS lower case"),
    ("GOOGLE_AID", BARE, BARE, "DOC 32 characters"),
    ("GOOGLE_AID", BARE.upper(), BARE, "DOC in lower case"),
    ("GOOGLE_AID", f" {DEVICE}\r\n", DEVICE, "OURS trimmed"),
    ("GOOGLE_AID", uuid.UUID(DEVICE), DEVICE, "OURS a uuid column"),
    ("firstName", "  Alex ", "Alex", "DOC as it is written"),
    ("firstName", "Jean   Luc", "Jean Luc", "OURS single spaces"),
    ("firstName", "x" * 35, "x" * 35, "DOC 35 characters"),
    ("lastName", "O'Keener", "O'Keener", "DOC punctuation stays"),
    ("lastName", "Ångström", "Ångström", "DOC letters stay"),
    ("title", "Engineer", "Engineer", "DOC"),
    ("title", "x" * 50, "x" * 50, "DOC 50 characters"),
    ("company", "Acme Corp", "Acme Corp", "DOC"),
    ("country", "us", "US", "DOC two letters"),
    ("country", "USA", "US", "OURS three letters are understood"),
    ("country", "Germany", "DE", "OURS English names are understood"),
    ("country", "UK", "GB", "OURS UK is GB"),
    ("companyName", " Acme  Corp ", "Acme Corp", "COMPANIES the name"),
    ("companyEmailDomain", "linkedin.com", "linkedin.com", "DOC its own example"),
    ("companyEmailDomain", "@Acme.com", "acme.com", "OURS the @ goes"),
    ("companyEmailDomain", "mail.acme.co.uk", "mail.acme.co.uk", "RFC several dots"),
    ("companyWebsiteDomain", "www.linkedin.com", "www.linkedin.com", "DOC its own example: www stays"),
    ("companyWebsiteDomain", "https://Acme.com/about?x=1", "acme.com", "COMPANIES a domain, not an address"),
    ("companyWebsiteDomain", "http://acme.com:8080", "acme.com", "COMPANIES no port"),
    ("companyWebsiteDomain", "acme.com.", "acme.com", "RFC the root's dot"),
    ("companyWebsiteDomain", "bücher.example", "bücher.example", "RFC international domains"),
    ("companyPageUrl", "linkedin.com/company/acmecorp", "linkedin.com/company/acmecorp", "DOC its own example"),
    ("companyPageUrl", "https://www.linkedin.com/company/AcmeCorp/", "linkedin.com/company/acmecorp", "COMPANIES"),
    ("companyPageUrl", "https://de.linkedin.com/company/acme?trk=x", "linkedin.com/company/acme", "OURS a country's"),
    ("companyPageUrl", "www.linkedin.com/company/acme/about/", "linkedin.com/company/acme", "OURS a page below"),
    ("companyPageUrl", "linkedin.com/showcase/acme", "linkedin.com/showcase/acme", "OURS showcase pages"),
    ("organizationUrn", "urn:li:organization:1035", "urn:li:organization:1035", "SEG what is taken live"),
    ("organizationUrn", "urn:li:organizationUrn:123", "urn:li:organization:123", "DOC its own example"),
    ("organizationUrn", "URN:LI:ORGANIZATION:1035", "urn:li:organization:1035", "OURS any case"),
    ("organizationUrn", "urn:li:company:1035", "urn:li:organization:1035", "OURS the older word"),
    ("organizationUrn", "1035", "urn:li:organization:1035", "OURS digits"),
    ("organizationUrn", 1035, "urn:li:organization:1035", "OURS a numeric column"),
    ("stockSymbol", "acme", "ACME", "DOC five letters"),
    ("stockSymbol", "BRK.B", "BRK.B", "OURS a class of shares"),
    ("industries", "Technology", ["Technology"], "DOC a list of names"),
    ("industries", "Technology, Software", ["Technology", "Software"], "DOC commas; RudderStack sends one text"),
    ("industries", '["Technology", "Oil, Gas"]', ["Technology", "Oil, Gas"], "OURS a JSON list"),
    ("industries", ["Technology", "Software"], ["Technology", "Software"], "OURS a list column"),
    ("industries", "A, B, A, C,", ["A", "B", "C"], "OURS each once"),
    ("city", "New York", "New York", "DOC its own example"),
    ("state", "Louisiana", "Louisiana", "DOC its own example"),
    ("postalCode", "560001", "560001", "DOC its own example"),
    ("postalCode", 560001, "560001", "OURS a numeric column"),
    ("postalCode", "SW1A 1AA", "SW1A 1AA", "DOC as it is written"),
]

WRONG: list[tuple[str, Any, str, str]] = [
    ("SHA256_EMAIL", "dana", "email_invalid", "RFC no @"),
    ("SHA512_EMAIL", "dana@localhost", "email_invalid", "RFC no domain"),
    ("SHA256_EMAIL", "a@b.com c@d.com", "email_invalid", "RFC two addresses"),
    ("SHA256_EMAIL", f"{'a' * 250}@x.com", "too_long", "RFC 254 characters"),
    ("SHA256_EMAIL", hashed_512(DANA), "other_hash", "USERS 64 digits, not 128"),
    ("SHA512_EMAIL", hashed(DANA), "other_hash", "USERS 128 digits, not 64"),
    ("SHA256_EMAIL", True, "type_unsupported", "OURS a flag is no address"),
    ("GOOGLE_AID", ZEROS, "madid_invalid", "OURS who opted out of tracking"),
    ("GOOGLE_AID", DEVICE[:-1], "madid_invalid", "USERS not an id"),
    ("GOOGLE_AID", f"{{{DEVICE}}}", "too_long", "USERS not an id"),
    ("firstName", "x" * 36, "too_long", "DOC 35 characters"),
    ("lastName", "x" * 36, "too_long", "DOC 35 characters"),
    ("title", "x" * 51, "too_long", "DOC 50 characters"),
    ("company", "x" * 51, "too_long", "DOC 50 characters"),
    ("country", "Atlantis", "country_unknown", "DOC ISO codes"),
    ("companyEmailDomain", "info@acme.com", "domain_invalid", "COMPANIES a domain, not an address"),
    ("companyWebsiteDomain", "localhost", "domain_invalid", "RFC no dot"),
    ("companyWebsiteDomain", "10.0.0.1", "domain_invalid", "RFC a number is no domain"),
    ("companyPageUrl", "acme.com/company/acme", "page_invalid", "DOC a page on LinkedIn"),
    ("companyPageUrl", "linkedin.com/in/dana", "page_invalid", "DOC a company's page, not a person's"),
    ("companyPageUrl", f"linkedin.com/company/{'x' * 80}", "too_long", "DOC 100 characters"),
    ("organizationUrn", "urn:li:person:1", "id_invalid", "COMPANIES an organization"),
    ("organizationUrn", "acme", "id_invalid", "COMPANIES a number"),
    ("organizationUrn", "0", "id_invalid", "COMPANIES a number"),
    ("stockSymbol", "ACMECO", "too_long", "DOC five letters"),
    ("stockSymbol", "12345", "name_without_letters", "DOC letters"),
    ("industries", "A, B, C, D", "too_many", "DOC three names"),
    ("industries", "x" * 51, "too_long", "DOC 50 characters"),
    ("industries", " , ", "nothing_left", "OURS no name"),
    ("city", "x" * 51, "too_long", "DOC 50 characters"),
    ("state", "x" * 51, "too_long", "DOC 50 characters"),
    ("postalCode", "x" * 21, "too_long", "DOC 20 characters"),
]


CASES = table("linkedin", SOURCES, EMAILS, GIVEN, WRONG)


def test_every_field_has_a_case() -> None:
    assert {field for field, *_ in (*GIVEN, *WRONG)} == {each.name for each in FIELDS}


@pytest.mark.parametrize(("value", "text", "rule"), EMAILS)
def test_one_column_of_addresses_fills_both_kinds_of_email(value: str, text: str, rule: str) -> None:
    both = [Mapped("SHA256_EMAIL", "email"), Mapped("SHA512_EMAIL", "email")]
    of = preparer(USER_FIELDS, both, sync="vip")
    assert of.columns == ("email",)
    tokens = json.loads(of.prepare([("1", None, value)])[0].tokens or "")
    assert tokens == {"SHA256_EMAIL": hashed(text), "SHA512_EMAIL": hashed_512(text)}, rule


@pytest.mark.parametrize(("field", "value", "token", "rule"), GIVEN)
def test_a_value_becomes_what_linkedin_wants(field: str, value: Any, token: Any, rule: str) -> None:
    if field == "companyName":
        assert json.loads(prepared(field, value).tokens) == {field: token}, rule
    else:
        assert sent(field, value) == (token, None), rule


@pytest.mark.parametrize(("field", "value", "note", "rule"), WRONG)
def test_what_is_wrong_is_left_out_and_named(field: str, value: Any, note: str, rule: str) -> None:
    assert sent(field, value) == (None, f"{field}: {note}"), rule


@pytest.mark.parametrize("value", [None, "", "   ", "\u200b"])
def test_nothing_is_sent_for_what_is_empty_least_of_all_the_hash_of_nothing(value: Any) -> None:
    for each in FIELDS:
        row = prepared(each.name, value)
        assert (row.tokens, row.filled, row.field_notes) == (None, ".", None)


def test_the_vectors_of_the_fact_sheet_come_out() -> None:
    assert json.loads(prepared("SHA512_EMAIL", DANA).tokens) == {"SHA512_EMAIL": DANA_512}
    assert json.loads(prepared("SHA256_EMAIL", DANA).tokens) == {"SHA256_EMAIL": DANA_256}


@settings(deadline=None)
@given(
    st.one_of(
        st.text(max_size=40), st.uuids().map(str), st.emails(), st.from_regex(r"\A[A-Za-z.+ ]{1,12}@[a-z.]{1,8}\.com\Z")
    )
)
def test_a_short_cut_never_differs_from_the_long_way(text: str) -> None:
    for each in FIELDS:
        short = each.quick(text) if each.quick else None
        if short is not None:
            long = each.normaliser("linkedin")(text, Around())
            assert short == str(long).encode()
            assert each.check is None or each.check(str(long), Around()) is None


@settings(deadline=None)
@given(st.one_of(st.text(max_size=60), st.from_regex(r"\A(https?://)?[a-zA-Z.]{1,20}/company/[a-z%]{1,9}/?\Z")))
def test_whatever_the_text_a_normaliser_gives_a_value_or_a_reason(text: str) -> None:
    for each in FIELDS:
        assert each.normaliser("linkedin")(text, Around()) is not None


# The hash setting


ENABLED = (
    "Automatically hash PII data is enabled but the value for field {} appears to already be hashed. "
    "Either disable hashing or send unhashed data."
)
DISABLED = (
    "Automatically hash PII data is disabled but the value for field {} appears to be unhashed. "
    "Either enable hashing or send pre-hashed data."
)


@pytest.mark.parametrize(("field", "token"), [("SHA256_EMAIL", DANA_256), ("SHA512_EMAIL", DANA_512)])
def test_the_row_errors_are_worded_as_the_document_words_them(field: str, token: str) -> None:
    row = prepared(field, token)
    assert (row.verdict, row.error_code, row.error_reason) == ("hold", "already_hashed", ENABLED.format(field))
    row = prepared(field, DANA, hash="off")
    assert (row.verdict, row.error_code, row.error_reason) == ("hold", "not_hashed", DISABLED.format(field))


@pytest.mark.parametrize(("field", "token"), [("SHA256_EMAIL", DANA_256), ("SHA512_EMAIL", DANA_512)])
@pytest.mark.parametrize("setting", ["off", "auto"])
def test_hashes_travel_in_lower_case_with_hashing_off_and_in_auto(field: str, token: str, setting: Hashing) -> None:
    assert json.loads(prepared(field, f" {token.upper()} ", hash=setting).tokens) == {field: token}


def test_only_email_addresses_are_hashed_and_nothing_of_a_company() -> None:
    assert [each.name for each in FIELDS if each.hash] == ["SHA256_EMAIL", "SHA512_EMAIL"]
    assert not any(each.hash for each in COMPANY_FIELDS)
    for field, value in (("GOOGLE_AID", DEVICE), ("companyName", "Acme")):
        for setting in ("on", "off", "auto"):
            assert json.loads(prepared(field, value, hash=setting).tokens) == {field: value}  # type: ignore[arg-type]


def test_a_row_needs_an_identifier_a_name_is_none() -> None:
    assert prepared("SHA256_EMAIL", "dana").error_code == "no_valid_identifier"
    of = preparer(USER_FIELDS, [Mapped("SHA256_EMAIL", "e"), Mapped("firstName", "f")], sync="vip")
    row = of.prepare([("1", None, None, "Dana")])[0]
    assert (row.verdict, row.error_code) == ("clear", "no_valid_field")


def test_a_person_can_have_every_identifier_at_once() -> None:
    mapping = [Mapped("GOOGLE_AID", "d"), Mapped("SHA512_EMAIL", "e"), Mapped("SHA256_EMAIL", "e")]
    row = preparer(USER_FIELDS, mapping, sync="vip").prepare([("1", None, DEVICE, DANA)], ("d", "e"))[0]
    assert json.loads(row.tokens or "") == {"SHA256_EMAIL": DANA_256, "SHA512_EMAIL": DANA_512, "GOOGLE_AID": DEVICE}
    assert len({digest for digest in row[10:] if digest}) == 3


def test_a_company_is_known_by_what_names_it_and_by_nothing_else() -> None:
    mapping = [Mapped("companyName", "n"), Mapped("organizationUrn", "u"), Mapped("city", "c")]
    of = preparer(COMPANY_FIELDS, mapping, sync="vip", identity="together")
    firms = [("Acme", "1", "Rome"), ("Acme", "1", None), ("Acme", None, None), (None, "1", None), (None, None, "Rome")]
    rows = of.prepare([(str(at), None, *firm) for at, firm in enumerate(firms)], ("n", "u", "c"))
    assert rows[0].identity == rows[1].identity
    assert len({row.identity for row in rows[1:4]}) == 3
    assert [row.identifier_2 for row in rows] == [None] * 5
    assert (rows[4].verdict, rows[4].error_code) == ("clear", "no_valid_field")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Email (SHA256)", "SHA256_EMAIL"), ("email", "SHA256_EMAIL"), ("Email (SHA512)", "SHA512_EMAIL"),
        ("Google Advertising ID", "GOOGLE_AID"), ("First Name", "firstName"), ("last_name", "lastName"),
        ("Title", "title"), ("Company", "company"), ("Country", "country"), ("Company Name", "companyName"),
        ("Company Email Domain", "companyEmailDomain"), ("Company Website Domain", "companyWebsiteDomain"),
        ("Company Page URL", "companyPageUrl"), ("Organization URN", "organizationUrn"),
        ("Stock Symbol", "stockSymbol"), ("Industries", "industries"), ("City", "city"), ("State", "state"),
        ("Postal Code", "postalCode"),
    ],
)  # fmt: skip
def test_fields_are_found_by_the_names_that_the_document_uses(written: str, name: str) -> None:
    found = resolve(FIELDS, written)
    assert found is not None and found.name == name
