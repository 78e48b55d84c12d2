"""What a value of the warehouse becomes at Google: every case with the rule it follows and where Google says so.

Sources: FORMAT the Data Manager API's page about formatting, ADS that of the Google Ads API about Customer Match,
MEMBER the reference of a member, UTIL Google's own library, CONSENT the reference of consent; RFC what an address or a
number is at all, OURS what keeps a value from matching nobody. Where products differ from the page, the row says so.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.case_tables import Source, table
from tests.google.case import ADDRESS, CLOUDY, DANA, PHONE, hashed
from warehouse_sync.connectors.google import CONNECTOR
from warehouse_sync.connectors.google_fields import CONSENT, CONSENTS, FIELDS, FORMATTING, MEMBER, PARTS, fields
from warehouse_sync.connectors.google_settings import ListType, Options
from warehouse_sync.fields import preparer, resolve
from warehouse_sync.model import Hashing, Mapped
from warehouse_sync.normalize import Around

ADS = "https://developers.google.com/google-ads/api/docs/remarketing/audience-segments/customer-match/get-started"
SOURCES = {
    "FORMAT": Source(FORMATTING, "how values are formatted, hashed and encoded"),
    "ADS": Source(ADS, "Customer Match by the Google Ads API"),
    "MEMBER": Source(MEMBER, "the reference of an audience member"),
    "UTIL": Source(
        "https://github.com/googleads/data-manager-python", "Google's own library, google-ads-datamanager-util 0.4.0"
    ),
    "CONSENT": Source(CONSENT, "the values of consent"),
}
PLAIN, BARE = Options(), Options(strip_punctuation=True)
US, DE, GB = Options(default_country="US"), Options(default_country="DE"), Options(default_country="GB")
IDFA, GAID = "EA7583CD-A667-48BC-B806-42ECB2B48606", "38400000-8cf0-11bd-b23e-10b96e40000d"


def row_of(values: dict[str, Any], options: Options = PLAIN, hash: Hashing = "on", normalize: str = "on") -> Any:
    """A row with these fields, prepared."""
    of = (*(each for kind in KINDS for each in fields(kind, options)[:-2]), *CONSENTS)
    mapping = [Mapped(name, name) for name in values]
    made = preparer(of, mapping, sync="vip", hash=hash, options=options, normalize=normalize)
    return made.prepare([("1", None, *values.values())], tuple(values))[0]


KINDS: tuple[ListType, ...] = ("CONTACT_INFO", "CRM_ID", "MOBILE_ADVERTISING_ID")


def prepared(field: str, value: Any, options: Options = PLAIN, **more: Any) -> Any:
    """A row with one value; of an address with three good parts beside it."""
    others = {"FIRST_NAME": "dana", "LAST_NAME": "quinn", "COUNTRY": "US", "POSTAL_CODE": "94043"}
    return row_of({**others, field: value} if field in PARTS else {field: value}, options, **more)


def sent(field: str, value: Any, options: Options = PLAIN, **more: Any) -> Any:
    tokens = json.loads(prepared(field, value, options, **more).tokens)
    return tokens["ADDRESS"][field] if field in PARTS else tokens[field]


GIVEN: list[tuple[str, Any, Options, str, str]] = [
    # e-mail: field, value, options, what is hashed or sent, rule
    ("EMAIL", "dana@example.com", PLAIN, "dana@example.com", "FORMAT the vector of the quickstart"),
    ("EMAIL", "Dana@Example.COM", PLAIN, "dana@example.com", "FORMAT lower case"),
    ("EMAIL", "  dana@example.com\n", PLAIN, "dana@example.com", "FORMAT spaces at both ends"),
    (
        "EMAIL",
        "dana quinn@example.com",
        PLAIN,
        "danaquinn@example.com",
        "FORMAT inner spaces; the library refuses them",
    ),
    ("EMAIL", "dana\u00a0quinn@example.com", PLAIN, "danaquinn@example.com", "FORMAT every kind of space"),
    ("EMAIL", "\ufeffdana@example.com\u200b", PLAIN, "dana@example.com", "OURS nothing invisible"),
    ("EMAIL", " Cloudy.SanFrancisco+shopping@GMAIL.com ", PLAIN, "cloudysanfrancisco@gmail.com", "FORMAT its own case"),
    ("EMAIL", "jane.doe@googlemail.com", PLAIN, "janedoe@googlemail.com", "FORMAT the domain stays as it is"),
    ("EMAIL", "jane+a+b@gmail.com", PLAIN, "jane@gmail.com", "UTIL from the first plus on"),
    ("EMAIL", "j.a.n.e@gmail.com", PLAIN, "jane@gmail.com", "FORMAT all dots before the @"),
    ("EMAIL", "Jane Doe+x@Gmail.com", PLAIN, "janedoe@gmail.com", "FORMAT spaces, then Gmail's rule"),
    (
        "EMAIL",
        "user.name+NYC@Example.com",
        PLAIN,
        "user.name+nyc@example.com",
        "FORMAT no other domain's; RudderStack too",
    ),
    ("EMAIL", "x.y@sub.gmail.com", PLAIN, "x.y@sub.gmail.com", "UTIL only the exact domains"),
    ("EMAIL", "x.y+z@gmail.com.example", PLAIN, "x.y+z@gmail.com.example", "UTIL only the exact domains"),
    ("EMAIL", "x.y@notgmail.com", PLAIN, "x.y@notgmail.com", "UTIL only the exact domains"),
    ("EMAIL", "x.y@gmail.co", PLAIN, "x.y@gmail.co", "UTIL only the exact domains"),
    ("EMAIL", "maria@bücher.example", PLAIN, "maria@bücher.example", "RFC international domains"),
    ("EMAIL", "RENE\u0301@example.com", PLAIN, "rené@example.com", "OURS letters composed"),
    ("EMAIL", "O'Brien@example.ie", PLAIN, "o'brien@example.ie", "RFC an apostrophe is allowed"),
    # telephone
    ("PHONE", "+18005550100", PLAIN, "+18005550100", "FORMAT its own example"),
    ("PHONE", "+1 (800) 555-0100", PLAIN, "+18005550100", "FORMAT E.164: digits after the plus"),
    ("PHONE", "+49 30.901-820", PLAIN, "+4930901820", "FORMAT E.164"),
    ("PHONE", "0049 30 901820", PLAIN, "+4930901820", "FORMAT 00 is a plus; the library keeps the zeros"),
    ("PHONE", "+44 (0)20 7946 0018", PLAIN, "+442079460018", "FORMAT the trunk zero; the library keeps it"),
    ("PHONE", "(800)555-0100", US, "+18005550100", "FORMAT the country's code; Google's util SDK makes +8005550100"),
    ("PHONE", "030 901820", DE, "+4930901820", "FORMAT the trunk zero goes"),
    ("PHONE", "020 7946 0018", GB, "+442079460018", "FORMAT the trunk zero goes"),
    ("PHONE", 8005550100, US, "+18005550100", "OURS a numeric column"),
    ("PHONE", "+4930901820", US, "+4930901820", "FORMAT international ones keep their own country"),
    ("PHONE", " +18005550100 ", PLAIN, "+18005550100", "FORMAT no spaces; Segment hashes what it is given"),
    ("PHONE", "＋１ 800 555 0100", PLAIN, "+18005550100", "OURS full-width digits"),
    # names
    ("FIRST_NAME", "Dana", PLAIN, "dana", "FORMAT lower case"),
    ("FIRST_NAME", "  Dana ", PLAIN, "dana", "FORMAT spaces at both ends"),
    ("FIRST_NAME", "Mary Jane", PLAIN, "mary jane", "UTIL inner spaces stay; the Ads reference says none"),
    ("FIRST_NAME", "Anne-Marie", PLAIN, "anne-marie", "UTIL punctuation stays; the reference says none"),
    ("FIRST_NAME", "Anne-Marie", BARE, "annemarie", "MEMBER no punctuation, by the option"),
    ("FIRST_NAME", "José", PLAIN, "josé", "UTIL accents stay"),
    ("FIRST_NAME", "JOSE\u0301", PLAIN, "josé", "OURS letters composed"),
    ("FIRST_NAME", "太郎", PLAIN, "太郎", "UTIL every script"),
    ("LAST_NAME", "O'Neill", PLAIN, "o'neill", "UTIL punctuation stays"),
    ("LAST_NAME", "O'Neill", BARE, "oneill", "MEMBER no punctuation, by the option"),
    ("LAST_NAME", "QUINN", PLAIN, "quinn", "FORMAT lower case"),
    ("LAST_NAME", "van der Berg", PLAIN, "van der berg", "UTIL inner spaces stay"),
    # the places of an address, as they are
    ("COUNTRY", "US", PLAIN, "US", "FORMAT ISO 3166-1 alpha-2, not hashed"),
    ("COUNTRY", " us ", PLAIN, "US", "UTIL upper case; RudderStack leaves it"),
    ("COUNTRY", "USA", PLAIN, "US", "FORMAT alpha-2; RudderStack sends three letters"),
    ("COUNTRY", "United States", PLAIN, "US", "OURS the English name"),
    ("POSTAL_CODE", "94043", PLAIN, "94043", "FORMAT its own example, not hashed"),
    ("POSTAL_CODE", " 94043 ", PLAIN, "94043", "UTIL trimmed"),
    ("POSTAL_CODE", "94043-1234", PLAIN, "94043-1234", "ADS the extension is allowed in the United States"),
    ("POSTAL_CODE", "940431234", PLAIN, "94043-1234", "OURS nine digits"),
    ("POSTAL_CODE", 2139, PLAIN, "02139", "OURS the zero that a numeric column has lost"),
    # ids
    ("MOBILE_ID", IDFA, PLAIN, IDFA, "MEMBER as it is, not hashed"),
    ("MOBILE_ID", GAID, PLAIN, GAID, "MEMBER as it is, not hashed"),
    ("MOBILE_ID", f" {GAID}\n", PLAIN, GAID, "OURS trimmed"),
    ("MOBILE_ID", uuid.UUID(GAID), PLAIN, GAID, "OURS a uuid column"),
    ("USER_ID", "customer-4711", PLAIN, "customer-4711", "MEMBER as it is, not hashed"),
    ("USER_ID", " C 47/11 ", PLAIN, "C 47/11", "OURS trimmed, nothing else"),
    ("USER_ID", 4711, PLAIN, "4711", "OURS a numeric column"),
]

WRONG: list[tuple[str, Any, Options, str, str]] = [
    ("EMAIL", "dana", PLAIN, "email_invalid", "UTIL not of the form name@domain"),
    ("EMAIL", "dana@localhost", PLAIN, "email_invalid", "RFC no domain"),
    ("EMAIL", "a@b.com,c@d.com", PLAIN, "email_invalid", "RFC two addresses"),
    ("EMAIL", "+tag@gmail.com", PLAIN, "email_invalid", "UTIL nothing is left of it"),
    ("EMAIL", "...@gmail.com", PLAIN, "email_invalid", "UTIL nothing is left of it"),
    ("EMAIL", f"{'a' * 250}@x.com", PLAIN, "too_long", "RFC 254 characters"),
    ("EMAIL", "9252187b546c301f2413a0b0e4e096a3", PLAIN, "other_hash", "FORMAT SHA-256, not MD5"),
    ("EMAIL", True, PLAIN, "type_unsupported", "OURS a flag is no address"),
    ("PHONE", "(800)555-0100", PLAIN, "phone_national", "FORMAT needs its country; Google's util SDK invents one"),
    ("PHONE", "+1-800-FLOWERS", PLAIN, "phone_invalid", "FORMAT digits"),
    ("PHONE", "+1 800 555 0100 ext. 9", PLAIN, "phone_extension", "FORMAT E.164 has no extensions"),
    ("PHONE", "+1234567890123456", PLAIN, "phone_invalid", "RFC E.164: at most 15 digits"),
    ("PHONE", "+123456", PLAIN, "phone_invalid", "RFC E.164: too short"),
    ("FIRST_NAME", "…", PLAIN, "name_without_letters", "OURS the hash of punctuation is nobody's"),
    ("LAST_NAME", "42", PLAIN, "name_without_letters", "OURS the hash of a number is nobody's"),
    ("COUNTRY", "XX", PLAIN, "country_unknown", "FORMAT ISO 3166-1; RudderStack sends it"),
    ("COUNTRY", "Atlantis", PLAIN, "country_unknown", "FORMAT ISO 3166-1"),
    ("POSTAL_CODE", "9404", PLAIN, "zip_invalid", "ADS five digits in the United States"),
    ("POSTAL_CODE", "SW1A 1AA", PLAIN, "zip_invalid", "ADS five digits in the United States"),
    ("MOBILE_ID", IDFA.replace("-", ""), PLAIN, "madid_invalid", "MEMBER with its hyphens; RudderStack sends it"),
    ("MOBILE_ID", hashed(IDFA), PLAIN, "madid_invalid", "MEMBER not hashed"),
    ("MOBILE_ID", "00000000-0000-0000-0000-000000000000", PLAIN, "madid_invalid", "OURS who opted out of tracking"),
    ("USER_ID", "x" * 600, PLAIN, "too_long", "OURS longer than any id"),
]

CASES = table("google", SOURCES, GIVEN, WRONG, [("AD_USER_DATA_CONSENT", "granted", "CONSENT the words of consent")])


def test_every_field_has_a_case() -> None:
    assert {field for field, *_ in GIVEN} | {each.name for each in CONSENTS} == {each.name for each in FIELDS}


@pytest.mark.parametrize(("field", "value", "options", "text", "rule"), GIVEN)
def test_a_value_becomes_what_google_wants(field: str, value: Any, options: Options, text: str, rule: str) -> None:
    of = resolve(FIELDS, field)
    assert of is not None
    assert sent(field, value, options) == (hashed(text) if of.hash else text), rule


@pytest.mark.parametrize(("field", "value", "options", "note", "rule"), WRONG)
def test_what_is_wrong_is_left_out_and_named(field: str, value: Any, options: Options, note: str, rule: str) -> None:
    row = prepared(field, value, options)
    assert (row.tokens, row.error_code) == (None, "no_valid_identifier"), rule
    assert f"{field}: {note}" in row.field_notes.split("; "), rule


@pytest.mark.parametrize("value", [None, "", "   ", "\u200b"])
def test_nothing_is_sent_for_what_is_empty_least_of_all_the_hash_of_nothing(value: Any) -> None:
    for each in FIELDS:
        row = row_of({each.name: value})
        assert (row.tokens, row.filled, row.field_notes) == (None, ".", None)


def test_the_vectors_of_googles_pages_come_out() -> None:
    vectors = {
        ("EMAIL", "dana@example.com"): DANA,
        ("EMAIL", " Cloudy.SanFrancisco+shopping@GMAIL.com "): CLOUDY,
        ("EMAIL", "user.name+NYC@Example.com"): "f109a2a632fbcea5fc82049f50beed3d8621bf9034399f437fb622222acccdac",
        ("PHONE", "+18005550100"): PHONE,
    }
    for (field, value), token in vectors.items():
        assert sent(field, value) == token


@pytest.mark.parametrize(
    ("country", "code", "kept"),
    [("GB", "SW1A 1AA", "SW1A 1AA"), ("CA", "k1a  0b1", "k1a 0b1"), ("DE", 10115, "10115"), ("DE", "01067", "01067"),
     ("BR", "01310-100", "01310-100"), ("PR", 901, "00901")],
)  # fmt: skip
def test_a_postal_code_stays_as_it_is_outside_the_united_states(country: str, code: Any, kept: str) -> None:
    row = row_of({"FIRST_NAME": "a", "LAST_NAME": "b", "COUNTRY": country, "POSTAL_CODE": code})
    assert json.loads(row.tokens)["ADDRESS"]["POSTAL_CODE"] == kept


SAMPLES = st.one_of(st.text(max_size=30), st.emails(), st.from_regex(r"\A[A-Za-z.+]{1,12}@(gmail|googlemail|x)\.com\Z"),
                    st.from_regex(r"\A[+0(]{0,2}[0-9 ().x-]{3,18}\Z"), st.uuids().map(str))  # fmt: skip


@settings(deadline=None)
@given(SAMPLES)
def test_a_short_cut_never_differs_from_the_long_way(text: str) -> None:
    for each in FIELDS:
        short = each.quick(text) if each.quick else None
        if short is not None:
            long = each.normaliser("google")(text, Around())
            assert short == str(long).encode()
            assert each.check is None or each.check(str(long), Around()) is None


@settings(deadline=None)
@given(st.from_regex(r"\A[A-Za-z.+]{1,12}@(gmail|googlemail|example)\.com\Z"))
def test_an_address_that_googles_own_library_takes_is_hashed_as_it_hashes_it(text: str) -> None:
    from google.ads.datamanager_util.format import Encoding, Formatter

    row = prepared("EMAIL", text)
    if row.tokens is not None:
        assert json.loads(row.tokens)["EMAIL"] == Formatter().process_email_address(text, Encoding.HEX)


# The address


WHOLE = {"FIRST_NAME": "Dana", "LAST_NAME": "Quinn", "COUNTRY": "us", "POSTAL_CODE": "94043"}


def test_four_parts_make_one_identifier() -> None:
    row = row_of(WHOLE)
    assert json.loads(row.tokens) == {"ADDRESS": ADDRESS}
    assert row.identifier_1 is not None and row.identifier_2 is None


@pytest.mark.parametrize("part", PARTS)
def test_another_part_makes_another_identifier(part: str) -> None:
    other = {"FIRST_NAME": "Dan", "LAST_NAME": "Quin", "COUNTRY": "CA", "POSTAL_CODE": "94044"}[part]
    one, two = row_of(WHOLE), row_of({**WHOLE, part: other})
    assert (one.identity != two.identity, one.identifier_1 != two.identifier_1) == (True, True)


@pytest.mark.parametrize("part", PARTS)
def test_without_one_part_there_is_no_address(part: str) -> None:
    row = row_of({"EMAIL": "dana@example.com", **WHOLE, part: None})
    assert json.loads(row.tokens) == {"EMAIL": DANA}
    alone = row_of({**WHOLE, part: " "})
    assert (alone.verdict, alone.error_code) == ("clear", "no_valid_field")


@pytest.mark.parametrize(("part", "value"), [("FIRST_NAME", "?"), ("COUNTRY", "XX"), ("POSTAL_CODE", "9")])
def test_with_an_invalid_part_there_is_no_address_and_the_part_is_named(part: str, value: str) -> None:
    row = row_of({"EMAIL": "dana@example.com", **WHOLE, part: value})
    assert set(json.loads(row.tokens)) == {"EMAIL"}
    assert row.field_notes.startswith(part)
    assert row_of({**WHOLE, part: value}).verdict == "hold"


def test_hashed_names_and_plain_places_travel_together_with_hashing_off() -> None:
    given = {
        "FIRST_NAME": hashed("dana").upper(),
        "LAST_NAME": hashed("quinn"),
        "COUNTRY": "US",
        "POSTAL_CODE": "94043",
    }
    assert json.loads(row_of(given, hash="off").tokens) == {"ADDRESS": ADDRESS}


# The hash setting


ENABLED = (
    "Hashing is enabled but the value for field {} appears to already be hashed. "
    "Either disable hashing or send unhashed data."
)
DISABLED = (
    "Hashing is disabled but the value for field {} appears to be unhashed. "
    "Either enable hashing or send pre-hashed data."
)


@pytest.mark.parametrize("field", ["EMAIL", "PHONE", "FIRST_NAME", "LAST_NAME"])
def test_the_row_errors_are_worded_as_the_document_words_them(field: str) -> None:
    row = prepared(field, hashed("anything"))
    assert (row.verdict, row.error_code, row.error_reason) == ("hold", "already_hashed", ENABLED.format(field))
    row = row_of({field: "dana@example.com"}, hash="off")
    assert (row.verdict, row.error_code, row.error_reason) == ("hold", "not_hashed", DISABLED.format(field))


@pytest.mark.parametrize("field", ["EMAIL", "PHONE"])
def test_hashes_travel_in_lower_case_with_hashing_off_and_in_auto(field: str) -> None:
    for setting in ("off", "auto"):
        assert sent(field, f" {hashed('x').upper()} ", hash=setting) == hashed("x")


def test_a_row_without_any_valid_identifier_fails() -> None:
    assert prepared("EMAIL", "dana").error_code == "no_valid_identifier"
    row = prepared("EMAIL", None)
    assert row.error_reason == "All user properties [EMAIL] are invalid or null. At least one valid field is required."


def test_without_cleaning_values_are_hashed_as_they_stand() -> None:
    assert sent("EMAIL", "Jane.Doe@Gmail.com", normalize="off") == hashed("Jane.Doe@Gmail.com")


# Consent


@pytest.mark.parametrize(
    ("word", "kept"),
    [("granted", "granted"), (" Granted ", "granted"), ("CONSENT_GRANTED", "granted"), (True, "granted"),
     ("yes", "granted"), (1, "granted"), ("unspecified", "unspecified"), ("Unknown", "unspecified")],
)  # fmt: skip
def test_each_word_of_consent_is_what_the_document_says(word: Any, kept: str) -> None:
    row = row_of({"EMAIL": "dana@example.com", "AD_USER_DATA_CONSENT": word})
    assert json.loads(row.tokens) == {"EMAIL": DANA, "AD_USER_DATA_CONSENT": kept}


@pytest.mark.parametrize("field", [each.name for each in CONSENTS])
@pytest.mark.parametrize("word", ["denied", "Denied", "CONSENT_DENIED", False, "no", 0, "opt-out", "withdrawn"])
def test_a_row_that_denies_consent_is_wanted_no_more(field: str, word: Any) -> None:
    row = row_of({"EMAIL": "dana@example.com", field: word})
    assert (row.verdict, row.error_code, row.tokens, row.filled) == ("clear", "consent_denied", None, "+-")
    assert field in row.error_reason


def test_a_denial_goes_before_whatever_else_is_wrong_with_the_row() -> None:
    row = row_of({"EMAIL": hashed("x"), "AD_USER_DATA_CONSENT": "granted", "AD_PERSONALIZATION_CONSENT": "denied"})
    assert (row.verdict, row.error_code) == ("clear", "consent_denied")


@pytest.mark.parametrize("word", ["perhaps", "2", 7, "granted?"])
def test_a_word_that_is_no_consent_leaves_the_row_as_it_was(word: Any) -> None:
    row = row_of({"EMAIL": "dana@example.com", "AD_USER_DATA_CONSENT": word})
    assert (row.verdict, row.error_code) == ("hold", "consent_unreadable")
    assert str(word) not in row.error_reason


def test_an_empty_consent_says_nothing() -> None:
    assert json.loads(row_of({"EMAIL": "dana@example.com", "AD_USER_DATA_CONSENT": None}).tokens) == {"EMAIL": DANA}


@pytest.mark.parametrize(
    ("written", "name"),
    [("email", "EMAIL"), ("Phone number", "PHONE"), ("first name", "FIRST_NAME"), ("Zip", "POSTAL_CODE"),
     ("CRM ID", "USER_ID"), ("gaid", "MOBILE_ID"), ("adUserData", "AD_USER_DATA_CONSENT")],
)  # fmt: skip
def test_fields_are_found_by_the_names_that_documents_use(written: str, name: str) -> None:
    found = resolve(CONNECTOR.fields, written)
    assert found is not None and found.name == name
