"""Meta's field table against the documents' examples and against Meta's own formatters."""

import json
from hashlib import sha256

import pytest
from facebook_business.adobjects.helpers.customaudiencemixin import CustomAudienceMixin
from facebook_business.adobjects.serverside.normalize import Normalize

from warehouse_sync.connectors.facebook_fields import FIELDS
from warehouse_sync.fields import preparer, resolve
from warehouse_sync.model import Mapped


def normalized(field, value, *, profile="meta", **others):
    """The text that is hashed and the note, for one field of a row that also has `others`."""
    mapping = [Mapped(field, field), *[Mapped(name, None, other) for name, other in others.items()]]
    explained = preparer(FIELDS, mapping, sync="s", normalize=profile, as_of_year=2026).explain(("k", None, value))
    return explained[resolve(FIELDS, field).name]["normalized"]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_field_is_described_linked_dated_and_takes_its_own_samples(field):
    assert field.about.endswith(".")
    assert field.link.startswith("https://developers.facebook.com/docs/marketing-api/")
    assert field.read == "2026-11"
    others = {field.needs: "12"} if field.role == "identifier" and field.needs else {}
    assert field.samples
    assert all(normalized(field.name, sample, **others) for sample in field.samples)


def test_the_roles_are_those_of_the_design():
    by_role = {}
    for field in FIELDS:
        by_role.setdefault(field.role, set()).add(field.name)
    assert by_role == {
        "identifier": {"EMAIL", "PHONE", "MADID", "EXTERN_ID", "APPUID", "PAGEUID"},
        "context": {"GEN", "DOBY", "DOBM", "DOBD", "LN", "FN", "FI", "CT", "ST", "ZIP", "COUNTRY"},
        "attribute": {"LOOKALIKE_VALUE"},
        "page": {"app_ids", "page_ids", "ig_account_ids"},
    }
    assert {field.name for field in FIELDS if not field.hash} == {
        *("MADID", "EXTERN_ID", "APPUID", "PAGEUID", "LOOKALIKE_VALUE", "app_ids", "page_ids", "ig_account_ids")
    }


@pytest.mark.parametrize(
    ("label", "name"),
    [
        *[("EMAIL", "EMAIL"), ("PHONE", "PHONE"), ("GENDER", "GEN"), ("MADID", "MADID"), ("EXTERN_ID", "EXTERN_ID")],
        *[("DOB YEAR (YYYY)", "DOBY"), ("DOB MONTH (MM)", "DOBM"), ("DOB DATE (DD)", "DOBD"), ("LAST NAME", "LN")],
        *[("FIRST NAME", "FN"), ("FIRST NAME INITIAL", "FI"), ("CITY", "CT"), ("US STATES", "ST"), ("ZIP", "ZIP")],
        *[("COUNTRY", "COUNTRY"), ("External ID", "EXTERN_ID"), ("Mobile Advertising ID", "MADID")],
        *[("App ID", "app_ids"), ("Page ID", "page_ids"), ("Instagram Account IDs", "ig_account_ids")],
        *[("Postal Code", "ZIP"), ("State", "ST"), ("Lookalike Value", "LOOKALIKE_VALUE"), ("First initial", "FI")],
        *[("Year of birth", "DOBY"), ("Month of birth", "DOBM"), ("Day of birth", "DOBD")],
    ],
)
def test_the_labels_of_both_documents_name_a_field(label, name):
    assert resolve(FIELDS, label).name == name


RUDDERSTACK = [
    ("EMAIL", "ABC@gmail.com", "abc@gmail.com"),
    ("PHONE", "0@96346895", "96346895"),
    ("GEN", "FEMALE", "f"),
    ("DOBD", "2", "02"),
    ("DOBM", "1", "01"),
    ("LN", "Abc,@", "abc@"),
    ("FN", "Abc,@", "abc@"),
    ("FI", "Mr.", "mr."),
    ("CT", "HN#", "hn"),
    ("ST", "? AL ?", "al"),
    ("ZIP", "11502 @bc", "11502@bc"),
    ("COUNTRY", "IN", "in"),
]


@pytest.mark.parametrize(("field", "value", "text"), RUDDERSTACK)
def test_the_rudderstack_profile_is_the_documents_table(field, value, text):
    assert normalized(field, value, profile="rudderstack") == text


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        *[row for row in RUDDERSTACK if row[0] not in ("LN", "FN", "FI", "ZIP")],
        ("LN", "Abc,@", "abc"),
        ("FI", "Mr.", "m"),
    ],
)
def test_the_meta_profile_differs_only_where_the_table_contradicts_meta(field, value, text):
    assert normalized(field, value) == text


def test_a_us_postal_code_is_its_first_five_digits():
    assert normalized("ZIP", "11502 @bc", COUNTRY="US") == "11502"


@pytest.mark.parametrize(
    ("field", "value", "token"),
    [
        ("EMAIL", "mary@example.com", "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79"),
        ("PHONE", "1(555)987-6543", "1ef970831d7963307784fa8688e8fce101a15685d62aa765fed23f3a2c576a4e"),
        ("EMAIL", "foo@bar.com", "0c7e6a405862e402eb76a70f8a26fc732d07c32931e9fae9ab1582911d2e8a3b"),
        ("GEN", "Female", "252f10c83610ebca1a059c0bae8255eba2f95be4d1d7bcfa89d7248a82d9f111"),
        ("GEN", "male", "62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a"),
        ("DOBM", 5, "c97550ce8213ef5cf6ed4ba48790c137df3ef6a5da20b48961001a634b6cead2"),
        ("COUNTRY", "United States", "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"),
        ("ZIP", "94105-1234", "e73ac16e69f060ee98b0fda5f66f48c4648ee26950e9bab3a097389853fd859e"),
        ("LN", "O'Brien", "b4cb6cb33fe4b865868de825023a1e2790dc12ac01ecc8d7c5afe8254071c8ba"),
        ("FN", "JOSÉ", "d994e1d001886fe5b45b1267bd1fa2b752ac50742579bd3dad7b2a2aa0ed6866"),
        ("CT", "São Paulo", "8f7f2f7ccd3f2898cf4850905346e8fb333d00aac1c974f8f37326e068cf7b1e"),
    ],
)
def test_hashes_are_those_meta_publishes(field, value, token):
    (row,) = preparer(FIELDS, [Mapped(field, "x")], sync="s").prepare([("k", None, value)])
    assert json.loads(row.tokens) == {field: token}


def test_the_hash_of_nothing_is_never_sent():
    nothing = sha256(b"").hexdigest()
    mapping = [Mapped(field.name, field.name) for field in FIELDS]
    for profile in ("meta", "rudderstack", "off"):
        preparing = preparer(FIELDS, mapping, sync="s", normalize=profile)
        for value in ("", " ", "-", "?", "0", "@", "\u200b", "\x00"):
            (row,) = preparing.prepare([("k", None, *[value] * len(preparing.columns))])
            assert nothing not in (row.tokens or "")


META_AGREES = [
    ("zp", "ZIP", "94105-1234", {"COUNTRY": "US"}),
    ("zp", "ZIP", " 94105 ", {"COUNTRY": "US"}),
    ("zp", "ZIP", "1234 AB", {"COUNTRY": "NL"}),
    ("country", "COUNTRY", " US ", {}),
    ("country", "COUNTRY", "de", {}),
    ("fi", "FI", "Mary", {}),
    ("dobd", "DOBD", "2", {}),
    ("dobm", "DOBM", "12", {}),
    ("doby", "DOBY", "1990", {}),
    ("ph", "PHONE", "+1 (555) 987-6543", {}),
    ("ph", "PHONE", "0044 8444124653", {}),
    ("em", "EMAIL", " Mary@Example.com", {}),
    ("ct", "CT", "San Francisco", {}),
    ("st", "ST", "CA", {"COUNTRY": "US"}),
]


@pytest.mark.parametrize(("key", "field", "value", "others"), META_AGREES)
def test_metas_conversions_normaliser_agrees(key, field, value, others):
    assert normalized(field, value, **others) == Normalize.normalize_field_skip_hashing(key, value)


@pytest.mark.parametrize(
    ("key", "field", "value", "ours", "others"),
    [
        ("zp", "ZIP", "SW1A 1AA", "sw1a1", {"COUNTRY": "GB"}),
        ("zp", "ZIP", "01310-100", "01310-100", {"COUNTRY": "BR"}),
        ("ct", "CT", "São Paulo", "saopaulo", {}),
        ("st", "ST", "California", "ca", {}),
        ("fi", "FI", "'Ann", "a", {}),
    ],
)
def test_known_differences_to_metas_conversions_normaliser(key, field, value, ours, others):
    assert normalized(field, value, **others) == ours != Normalize.normalize_field_skip_hashing(key, value)


@pytest.mark.parametrize(
    ("key", "field", "value"),
    [
        ("country", "COUNTRY", "ZZ"),
        ("dobd", "DOBD", "32"),
        ("dobm", "DOBM", "13"),
        ("doby", "DOBY", "90"),
        ("ph", "PHONE", "12"),
        ("em", "EMAIL", "nobody"),
    ],
)
def test_what_metas_normaliser_refuses_we_do_not_send(key, field, value):
    assert normalized(field, value) is None
    with pytest.raises((TypeError, ValueError)):
        Normalize.normalize_field_skip_hashing(key, value)


def formatted(field, value):
    """The token that Meta's own audience formatter makes."""
    params = CustomAudienceMixin.format_params([field], [[value]], is_raw=True)
    return params["payload"]["data"][0][0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("EMAIL", " Mary@Example.com "),
        ("PHONE", "+1 (555) 987-6543"),
        ("DOBM", "5"),
        ("DOBD", "17"),
        ("FN", "Mary"),
        ("ZIP", "94105-1234"),
        ("LN", "O'Brien"),
        ("CT", "Rome"),
        ("COUNTRY", "US"),
        ("GEN", "Female"),
    ],
)
def test_metas_audience_formatter_agrees(field, value):
    (row,) = preparer(FIELDS, [Mapped(field, "x")], sync="s").prepare([("k", None, value)])
    assert json.loads(row.tokens)[field] == formatted(field, value)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("MADID", "AB-12", "theirs is hashed"),
        ("EXTERN_ID", "Customer-42", "theirs is in lower case"),
        ("PHONE", "0044 8444124653", "theirs keeps leading zeros"),
        ("FN", "José", "theirs loses the letter"),
        ("FN", "Mary Ann", "theirs loses the space"),
        ("FI", "Mary", "theirs is the whole name"),
        ("COUNTRY", "Germany", "theirs is Georgia"),
        ("CT", "São Paulo", "theirs loses the letter"),
    ],
)
def test_known_differences_to_metas_audience_formatter(field, value, why):
    (row,) = preparer(FIELDS, [Mapped(field, "x")], sync="s").prepare([("k", None, value)])
    assert json.loads(row.tokens)[field] != formatted(field, value), why
