"""Each normaliser as a table of what comes in and what goes out."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse_sync import normalize, phones, places
from warehouse_sync.normalize import Around
from warehouse_sync.text import Note, clean, is_empty, plain

AROUND = Around(None, None, 2026)


def checked(normaliser, check=None, around=AROUND):
    def run(value):
        found = normaliser(value, around)
        return found if isinstance(found, Note) or check is None else check(found, around) or found

    return run


EMAIL = checked(normalize.lower, normalize.is_email)
PHONE = checked(phones.phone, phones.is_phone)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  Mary@Example.COM ", "mary@example.com"),
        ("a.b+c@sub.example.co.uk", "a.b+c@sub.example.co.uk"),
        ("\ufeffmary@example.com\u200b", "mary@example.com"),
        ("mary@example.com\x00", "mary@example.com"),
        ("\u202emary@example.com\u202c", "mary@example.com"),
        ("ren\u0065\u0301e@example.com", "renée@example.com"),
        ("İstanbul@example.com", "istanbul@example.com"),
        ("maria@bücher.example", "maria@bücher.example"),
        ("maria@xn--bcher-kva.example", "maria@xn--bcher-kva.example"),
        ("o'brien@example.ie", "o'brien@example.ie"),
    ],
)
def test_an_email_is_trimmed_and_in_lower_case(value, text):
    assert EMAIL(value) == text


@pytest.mark.parametrize(
    "value",
    [
        "-",
        "/",
        "mary",
        "mary@",
        "@example.com",
        "a@b",
        "a b@example.com",
        "a@@b.com",
        ".a@b.com",
        "a.@b.com",
        "a..b@b.com",
        "a@b..com",
        "a@-b.com",
        "a@b.c1",
        "a@b.com,c@d.com",
        "<a@b.com>",
        "a" * 250 + "@b.com",
        5,
        "ü@b",
        "a@exam_ple.com\xa0x",
    ],
)
def test_what_is_not_an_email_is_said_to_be_none(value):
    assert EMAIL(value) is Note.EMAIL_INVALID


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        ("+1 (555) 987-6543", "15559876543"),
        ("1-234-567-8910", "12345678910"),
        ("+44 844 412 4653", "448444124653"),
        ("0044 844 412 4653", "448444124653"),
        ("+44 (0)20 7946 0958", "442079460958"),
        ("0@96346895", "96346895"),
        ("１５５５９８７６５４３", "15559876543"),
        ("\u202a+1 555 987 6543\u202c", "15559876543"),
        (15559876543, "15559876543"),
        (15559876543.0, "15559876543"),
        (Decimal("15559876543.00"), "15559876543"),
    ],
)
def test_a_phone_is_its_digits_without_leading_zeros(value, digits):
    assert PHONE(value) == digits


@pytest.mark.parametrize(
    ("value", "note"),
    [
        ("+1 555 987 6543 x123", Note.PHONE_EXTENSION),
        ("+1 555 987 6543 ext. 4", Note.PHONE_EXTENSION),
        ("+1 555 987 6543 Extension 4", Note.PHONE_EXTENSION),
        ("+15559876543#12", Note.PHONE_EXTENSION),
        ("1-800-FLOWERS", Note.PHONE_INVALID),
        ("1.56E+10", Note.PHONE_INVALID),
        ("none", Note.PHONE_INVALID),
        ("0000000", Note.PHONE_INVALID),
        ("123456", Note.PHONE_INVALID),
        ("+1234567890123456", Note.PHONE_INVALID),
        ("+15559876543, +15559876544", Note.PHONE_INVALID),
        (1.5, Note.NUMBER_NOT_WHOLE),
        (True, Note.TYPE_UNSUPPORTED),
    ],
)
def test_what_cannot_be_one_persons_phone_is_not_guessed_at(value, note):
    assert PHONE(value) is note


@pytest.mark.parametrize(
    ("value", "country", "digits"),
    [
        ("(415) 555-2671", "us", "14155552671"),
        ("020 7946 0958", "gb", "442079460958"),
        ("02 1234 5678", "it", "390212345678"),
        ("+49 30 123456", "us", "4930123456"),
        ("0049 30 123456", "us", "4930123456"),
        ("14155552671", "us", "14155552671"),
        ("5552671", "us", "15552671"),
        ("919876543210", "us", Note.PHONE_INVALID),
    ],
)
def test_the_default_country_is_for_national_numbers_only(value, country, digits):
    found = checked(phones.phone, phones.is_phone, Around(None, country))(value)
    assert found == digits


@given(st.one_of(st.text(), st.from_regex(r"\+?[0-9 ().x/-]{5,22}", fullmatch=True)))
def test_the_short_cut_for_phones_agrees_with_the_long_way(value):
    usual = phones.usual_phone(value)
    assert usual is None or usual.decode() == PHONE(value)


@given(st.one_of(st.text(), st.emails(), st.from_regex(r"[A-Za-z0-9_.+-]{1,9}@[A-Za-z0-9.-]{1,9}\.\w{1,4}")))
def test_the_short_cut_for_emails_agrees_with_the_long_way(value):
    usual = normalize.usual_email(value)
    assert usual is None or usual.decode() == EMAIL(value)


@pytest.mark.parametrize(
    ("normaliser", "value", "text"),
    [
        (normalize.birth_year, 1990, "1990"),
        (normalize.birth_year, 1990.0, "1990"),
        (normalize.birth_year, "1990.0", "1990"),
        (normalize.birth_year, Decimal(1990), "1990"),
        (normalize.birth_year, "1990-05-17", "1990"),
        (normalize.birth_month, 1, "01"),
        (normalize.birth_month, "12", "12"),
        (normalize.birth_month, "May", "05"),
        (normalize.birth_month, "sept.", "09"),
        (normalize.birth_month, date(1990, 5, 17), "05"),
        (normalize.birth_month, "1990-05-17 00:00:00", "05"),
        (normalize.birth_day, "2", "02"),
        (normalize.birth_day, datetime(1990, 5, 7, 23, tzinfo=UTC), "07"),
        (normalize.birth_day, "1990-05-07T23:00:00Z", "07"),
    ],
)
def test_each_part_of_a_birth_date_is_found_in_numbers_words_and_dates(normaliser, value, text):
    assert normaliser(value, AROUND) == text


@pytest.mark.parametrize(
    ("normaliser", "value", "note"),
    [
        (normalize.birth_year, 1899, Note.BIRTH_OUT_OF_RANGE),
        (normalize.birth_year, 2027, Note.BIRTH_OUT_OF_RANGE),
        (normalize.birth_year, "90", Note.BIRTH_OUT_OF_RANGE),
        (normalize.birth_year, "17/05/1990", Note.BIRTH_INVALID),
        (normalize.birth_year, "0000-00-00", Note.BIRTH_OUT_OF_RANGE),
        (normalize.birth_year, "infinity", Note.BIRTH_INVALID),
        (normalize.birth_year, "1990-01-01 BC", Note.BIRTH_INVALID),
        (normalize.birth_month, 0, Note.BIRTH_OUT_OF_RANGE),
        (normalize.birth_month, 13, Note.BIRTH_OUT_OF_RANGE),
        (normalize.birth_month, "mayday", Note.BIRTH_INVALID),
        (normalize.birth_month, date(9999, 12, 31), Note.BIRTH_OUT_OF_RANGE),
        (normalize.birth_day, 32, Note.BIRTH_OUT_OF_RANGE),
        (normalize.birth_day, "1990-02-30", Note.BIRTH_OUT_OF_RANGE),
        (normalize.birth_day, 1.5, Note.NUMBER_NOT_WHOLE),
        (normalize.birth_day, True, Note.TYPE_UNSUPPORTED),
    ],
)
def test_what_nobody_was_born_on_is_refused(normaliser, value, note):
    assert normaliser(value, AROUND) is note


@pytest.mark.parametrize(
    ("value", "text"),
    [("FEMALE", "f"), (" M ", "m"), ("Woman", "f"), ("boy", "m"), ("weiblich", "f"), ("Féminin", "f")],
)
def test_known_words_for_a_gender_become_m_or_f(value, text):
    assert normalize.gender(value, AROUND) == text


@pytest.mark.parametrize("value", ["x", "other", "unknown", "1", 0, "nonbinary"])
def test_other_words_for_a_gender_are_not_made_m(value):
    assert normalize.gender(value, AROUND) is Note.GENDER_UNKNOWN


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("O'Brien", "obrien"),
        ("O’Brien", "obrien"),
        ("José", "josé"),
        ("JOSE\u0301", "josé"),
        ("Abc,@", "abc"),
        (" Mary\u00a0 Ann ", "mary ann"),
        ("Jean-Luc", "jeanluc"),
        ("Straße", "straße"),
        ("Анна", "анна"),
        ("محمد", "محمد"),
        ("王小明", "王小明"),
        ("Anna 🎉", "anna"),
        ("Smith 3rd", "smith 3rd"),
        ("$ + < ^ ~ Lee", "lee"),
    ],
)
def test_a_name_keeps_letters_of_any_script_and_loses_punctuation(value, text):
    assert normalize.name(value, AROUND) == text


@pytest.mark.parametrize("value", ["-", "🎉", "...", "42", 42])
def test_a_name_has_letters(value):
    assert normalize.name(value, AROUND) is Note.NAME_WITHOUT_LETTERS


@pytest.mark.parametrize(("value", "text"), [("Mr.", "m"), ("'éa", "é"), ("4 Ann", "a"), ("王小明", "王")])
def test_the_initial_is_the_first_letter(value, text):
    assert normalize.initial(value, AROUND) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("São Paulo", "saopaulo"),
        ("HN#", "hn"),
        ("Łódź", "lodz"),
        ("Århus", "arhus"),
        ("Düsseldorf", "dusseldorf"),
        ("Großenhain", "grossenhain"),
        ("İzmir", "izmir"),
        ("Đà Nẵng", "danang"),
        ("Hafnarfjörður", "hafnarfjordur"),
        ("St. Louis 2", "stlouis"),
        ("Москва", Note.CITY_NOT_LATIN),
        ("Москва 2b", Note.CITY_NOT_LATIN),
        ("東京", Note.CITY_NOT_LATIN),
        ("-", Note.CITY_INVALID),
        (75001, Note.CITY_INVALID),
    ],
)
def test_a_city_is_written_in_the_letters_a_to_z(value, text):
    assert normalize.city(value, AROUND) == text


@pytest.mark.parametrize(
    ("value", "country", "text"),
    [
        ("? AL ?", "us", "al"),
        ("New York", "us", "ny"),
        ("NEW  YORK", None, "ny"),
        ("US-NY", None, "ny"),
        ("District of Columbia", "us", "dc"),
        ("Puerto Rico", "us", "pr"),
        ("California", "mx", "california"),
        ("Île-de-France", "fr", "iledefrance"),
        ("Bayern", None, "bayern"),
        ("Bayern", "us", Note.STATE_INVALID),
        ("北海道", "jp", Note.STATE_NOT_LATIN),
    ],
)
def test_a_state_is_a_code_in_the_united_states_and_letters_elsewhere(value, country, text):
    assert normalize.state(value, Around(country)) == text


@pytest.mark.parametrize(
    ("value", "country", "text"),
    [
        ("94105-1234", "us", "94105"),
        ("941051234", "us", "94105"),
        ("11502 @bc", "us", "11502"),
        ("94105-1234", None, "94105"),
        (2139, "us", "02139"),
        (2139.0, "us", "02139"),
        (21391234, "us", "02139"),
        ("2139", "us", Note.ZIP_INVALID),
        ("ABCDE", "us", Note.ZIP_INVALID),
        (2000, "au", "2000"),
        ("SW1A 1AA", "gb", "sw1a1"),
        ("M1 1AE", "gb", "m11"),
        ("sw1a1", "gb", "sw1a1"),
        ("SW1A", "gb", "sw1a"),
        ("SW1A 1AA", None, "sw1a1aa"),
        ("1234 AB", "nl", "1234ab"),
        ("01310-100", "br", "01310-100"),
        ("１０００００１", "jp", "1000001"),
        ("11502 @bc", "de", Note.ZIP_INVALID),
        ("-", None, Note.ZIP_INVALID),
    ],
)
def test_a_postal_code_follows_its_country(value, country, text):
    assert normalize.zip_code(value, Around(country)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("IN", "in"),
        ("usa", "us"),
        ("U.S.A.", "us"),
        ("United States of America", "us"),
        ("the United Kingdom", Note.COUNTRY_UNKNOWN),
        ("UK", "gb"),
        ("germany", "de"),
        ("Deutschland", "de"),
        ("Côte d’Ivoire", "ci"),
        ("Türkiye", "tr"),
        ("South Korea", "kr"),
        ("zz", Note.COUNTRY_UNKNOWN),
        ("Россия", Note.COUNTRY_UNKNOWN),
        (840, Note.COUNTRY_UNKNOWN),
    ],
)
def test_a_country_is_found_by_code_or_english_name(value, text):
    assert normalize.country(value, AROUND) == text


def test_no_spelling_stands_for_two_countries():
    spelled = {}
    for line in places.COUNTRY_LINES.strip().splitlines():
        alpha_2, alpha_3, names = line.split(" ", 2)
        for spelling in {places.latin(each) for each in (alpha_2, alpha_3, *names.split("|"))}:
            assert spelled.setdefault(spelling, alpha_2) == alpha_2
    assert len(set(spelled.values())) == 250


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (44, 44),
        (44.0, 44),
        ("44.00", 44),
        (Decimal("44.50"), 44.5),
        ("0.9", 0.9),
        (-0.0, 0),
        (1e308, 1e308),
        (Decimal(1) / 3, 1 / 3),
        (0, 0),
    ],
)
def test_an_amount_is_one_number_however_it_is_written(value, number):
    found = normalize.amount(value, AROUND)
    assert (found, type(found)) == (number, type(number))


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), "x", "1e999", True, b"1", [1], 10**400, "9" * 9000])
def test_what_is_no_amount_of_at_least_0_is_refused(value):
    assert normalize.amount(value, AROUND) is Note.NUMBER_INVALID


@pytest.mark.parametrize(
    ("value", "ids"),
    [("12", ("12",)), (12, ("12",)), ("12, 13,12", ("12", "13")), ("12;13", Note.ID_INVALID), (",", Note.ID_INVALID)],
)
def test_ids_of_apps_and_pages_are_a_list(value, ids):
    assert normalize.id_list(value, AROUND) == ids


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" x ", " x "),
        (7, "7"),
        (7.0, "7"),
        (Decimal("7.0"), "7"),
        (uuid.UUID(int=5), str(uuid.UUID(int=5))),
        (7.5, Note.NUMBER_NOT_WHOLE),
        (float("nan"), Note.NUMBER_NOT_WHOLE),
        (1e17, Note.NUMBER_NOT_WHOLE),
        (Decimal("NaN"), Note.NUMBER_NOT_WHOLE),
        (Decimal("1e999999"), Note.NUMBER_NOT_WHOLE),
        pytest.param(10**5000, Note.TOO_LONG, id="huge"),
        (True, Note.TYPE_UNSUPPORTED),
        (b"x", Note.TYPE_UNSUPPORTED),
        (["x"], Note.TYPE_UNSUPPORTED),
        ({"x": 1}, Note.TYPE_UNSUPPORTED),
        (date(1990, 1, 1), Note.TYPE_UNSUPPORTED),
        pytest.param("x" * 2**20, Note.TOO_LONG, id="a mebibyte"),
    ],
)
def test_text_and_whole_numbers_have_a_text_and_nothing_else_has(value, text):
    assert plain(value) == text


@pytest.mark.parametrize("value", [None, "", " ", "\t\n", "\u00a0", "\u200b", "\ufeff", "\x00", "\u200f \u2003"])
def test_what_nobody_can_see_is_empty(value):
    assert is_empty(value)


@pytest.mark.parametrize("value", ["x", 0, 0.0, False, b"", [], "\ud800"])
def test_zero_and_false_are_not_empty(value):
    assert not is_empty(value)


def test_a_lone_surrogate_is_refused_by_every_kind_of_text():
    assert {clean("a\ud800"), normalize.raw_identifier("\udfff", AROUND), normalize.as_is("\ud800", AROUND)} == {
        Note.TEXT_BROKEN
    }


@pytest.mark.parametrize("value", ["AB1234CD-E123-12FG-J123", "cdda802e-fb9c-47ad-9866-0794d394c912"])
def test_a_device_id_keeps_its_hyphens(value):
    assert checked(normalize.lower, normalize.is_device)(value) == value.lower()


@pytest.mark.parametrize("value", ["00000000-0000-0000-0000-000000000000", "a" * 64, "a b", "-"])
def test_nobody_is_found_by_a_zero_or_hashed_device_id(value):
    assert checked(normalize.lower, normalize.is_device)(value) is Note.MADID_INVALID


NORMALISERS = [
    normalize.lower,
    phones.phone,
    normalize.gender,
    normalize.birth_year,
    normalize.birth_month,
    normalize.birth_day,
    normalize.name,
    normalize.initial,
    normalize.city,
    normalize.state,
    normalize.zip_code,
    normalize.country,
    normalize.raw_identifier,
    normalize.as_is,
]
VALUES = st.one_of(
    st.text(alphabet=st.characters(), max_size=40),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.dates(),
    st.datetimes(),
    st.booleans(),
    st.binary(max_size=5),
    st.uuids(),
    st.lists(st.integers(), max_size=2),
)


@pytest.mark.parametrize("normaliser", NORMALISERS)
@given(value=VALUES, country=st.sampled_from([None, "us", "gb", "de"]))
def test_a_normaliser_never_raises_and_leaves_its_own_result_alone(normaliser, value, country):
    around = Around(country, None, 2026)
    found = normaliser(value, around)
    if isinstance(found, str):
        found.encode()
        assert normaliser(found, around) in (found, Note.NAME_WITHOUT_LETTERS, Note.PHONE_EXTENSION)


@given(VALUES)
def test_amounts_and_lists_never_raise(value):
    normalize.amount(value, AROUND)
    normalize.id_list(value, AROUND)
