"""What templates make of records: JSONata's behaviour where it is asked for, without its traps where it is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse_sync.connectors.http_rendering import Rules, Unrenderable, renderer
from warehouse_sync.connectors.http_template import parse
from warehouse_sync.http import encode

OURS, STRICT, PRUNED = Rules(), Rules(strict=True), Rules(prune=True)
AB = [{"email": "a", "phone": "1"}, {"email": "b"}]
A = AB[:1]
B = AB[1:]
NULL = [{"email": "a", "phone": None}]
CONNECTION = {"audienceId": "aud-1", "region": "eu", "size": "12"}
NESTED = '[$$.records.{"userIds": [{"t": "P", "v": phone}]}]'
TUPLES = "[$$.records.[email, phone]]"


def made(text: str, records: Any, rules: Rules) -> Any:
    return renderer(parse(text), rules)(records, CONNECTION)


FACTS = [
    # template, records, as we do it, as JSONata does it
    ('[$$.records.{"e": email, "p": phone}]', AB, [{"e": "a", "p": "1"}, {"e": "b"}], None),
    ('[$$.records.{"e": email, "p": phone}]', A, [{"e": "a", "p": "1"}], None),
    ('[$$.records.{"e": email, "p": phone}]', NULL, [{"e": "a", "p": None}], None),
    (NESTED, B, [{"userIds": [{"t": "P"}]}], None),
    (TUPLES, AB, [["a", "1"], ["b", None]], [["a", "1"], ["b"]]),
    (TUPLES, A, [["a", "1"]], ["a", "1"]),
    (TUPLES, B, [["b", None]], ["b"]),
    ("$$.records.email", A, "a", None),
    ("$$.records.email", AB, ["a", "b"], None),
    ("[$$.records.email]", A, ["a"], None),
    ("[$$.records.email]", AB, ["a", "b"], None),
    ("[$$.records.phone]", B, [], None),
    ('{"n": $number($$.connection.missing)}', A, {}, None),
    ('{"n": $number($$.connection.size)}', A, {"n": 12}, None),
    ("$$.records", A, A, None),
    ("[$$.records]", AB, AB, None),
    ('{"l": $$.connection.audienceId, "r": $$.records}', A, {"l": "aud-1", "r": A}, None),
    ('$$.connection.{"id": audienceId}', A, {"id": "aud-1"}, None),
    ('[$$.connection.{"id": audienceId}]', A, [{"id": "aud-1"}], None),
    ("[$$.connection.audienceId, $$.connection.missing, 1]", A, ["aud-1", 1], None),
    ("[[1, 2], [3]]", A, [[1, 2], [3]], None),
    ('{"a": [], "b": {}, "c": null, "d": false}', A, {"a": [], "b": {}, "c": None, "d": False}, None),
    ('[$$.records.{"l": $$.connection.region, "e": email}]', B, [{"l": "eu", "e": "b"}], None),
]


@pytest.mark.parametrize(("text", "records", "ours", "jsonata"), FACTS)
def test_a_template_gives_this(text: str, records: Any, ours: Any, jsonata: Any) -> None:
    assert made(text, records, OURS) == ours
    assert made(text, records, STRICT) == (ours if jsonata is None else jsonata)


def test_pruning_takes_away_what_has_constants_only_where_fields_were_meant() -> None:
    assert made(NESTED, AB, PRUNED) == [{"userIds": [{"t": "P", "v": "1"}]}, {}]
    assert made('[$$.records.{"e": email, "u": {"t": "P", "v": phone}}]', AB, PRUNED)[1] == {"e": "b"}
    assert made('[$$.records.{"k": {"t": "P"}}]', B, PRUNED) == [{"k": {"t": "P"}}]
    assert made(TUPLES, B, PRUNED) == [["b", None]]


def test_a_record_is_never_pruned_away() -> None:
    assert made('[$$.records.{"v": phone}]', AB, PRUNED) == [{"v": "1"}, {}]


NUMBERS = [
    ("12", 12), ("-0.5", -0.5), ("1e3", 1000), ("0x1F", 31), ("0b101", 5), ("0o17", 15), (7, 7), (1.5, 1.5),
    (True, 1), (False, 0), ("9007199254740993", 9007199254740992),
]  # fmt: skip


@pytest.mark.parametrize(("value", "number"), NUMBERS)
def test_number_reads_what_jsonata_reads(value: Any, number: Any) -> None:
    assert made('[$$.records.{"n": $number(n)}]', [{"n": value}], OURS) == [{"n": number}]


@pytest.mark.parametrize("value", ["aud-1", "", " 1", "1 ", "01", "1.", ".5", "+1", "1e999", "NaN", None, "١"])
def test_what_is_no_number_fails_without_being_shown(value: Any) -> None:
    with pytest.raises(Unrenderable, match="is not a number") as caught:
        made('[$$.records.{"n": $number(n)}]', [{"n": value}], STRICT)
    assert str(caught.value) == "$number: a value is not a number"


def test_a_template_that_gives_nothing_is_a_failure() -> None:
    with pytest.raises(Unrenderable, match="gives nothing"):
        made("$$.connection.missing", A, OURS)


VALUES = st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-(2**53), 2**53), st.booleans())


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["email", "phone"]), VALUES), min_size=1, max_size=5))
def test_values_cannot_break_out_of_the_body(records: list[dict[str, Any]]) -> None:
    body = encode(made('{"r": [$$.records.{"e": email, "p": [phone]}]}', records, OURS))
    wanted = [
        {**({"e": each["email"]} if "email" in each else {}), "p": [each["phone"]] if "phone" in each else []}
        for each in records
    ]
    assert json.loads(body) == {"r": wanted}
