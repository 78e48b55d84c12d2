"""The language of body templates: what it takes, what it refuses and how it says so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse_sync.connectors.http_template import TemplateErrors, parse

ACCEPTED = [
    # template, the record fields it uses
    ("{}", ()),
    ("[]", ()),
    ('"text"', ()),
    ("'single'", ()),
    ("-1.5e3", ()),
    ("[1, 2.5, true, false, null]", ()),
    ("$$", ()),
    ("$$.records", ()),
    ('{"list": $$.connection.audienceId, "records": $$.records}', ()),
    ('[$$.records.{"e": email, "p": phone}]', ("email", "phone")),
    ("[$$.records.[email, phone, email]]", ("email", "phone")),
    ('{"data": [$$.records.{"id": id, "ids": [{"t": "P", "v": phone}]}]}', ("id", "phone")),
    ('[$$.records.{"list": $$.connection.audienceId, "e": email}]', ("email",)),
    ("$$.records.email", ("email",)),
    ("[$$.records.email]", ("email",)),
    ('$$.connection.{"a": audienceId}', ()),
    ('[$$.connection.{"a": audienceId}]', ()),
    ('{"n": $number($$.connection.audienceId)}', ()),
    ('[$$.records.{"age": $number(age)}]', ("age",)),
    ('[$$.records.{"e": `e-mail address`}]', ("e-mail address",)),
    ("/* why */ {} /* so */", ()),
    ('{"a": "\\u00fc \\ud83d\\ude00 \\n \\""}', ()),
]


@pytest.mark.parametrize(("text", "fields"), ACCEPTED)
def test_what_the_language_has_is_taken_and_its_record_fields_are_known(text: str, fields: tuple[str, ...]) -> None:
    assert parse(text).fields == fields


REFUSED = [
    # template, the kinds of its mistakes in their order
    ("function(){ $$.a }", ["unsupported"]),
    ("function($x){ $x }", ["unsupported"]),
    ("($$.a; $$.b)", ["unsupported"]),
    ("**.email", ["unsupported"]),
    ("*.email", ["unsupported"]),
    ("%.email", ["unsupported"]),
    ("1 + 2", ["unsupported"]),
    ("$$.a & $$.b", ["unsupported"]),
    ("$$.a and $$.b", ["unsupported"]),
    ("$$.a ? 1 : 2", ["unsupported"]),
    ("$$.a[0]", ["brackets"]),
    ("$$.records^(email)", ["unsupported", "unsupported"]),
    ("$$.records{email: phone}", ["unsupported"]),
    ("$$.a ~> $number", ["unsupported", "variable"]),
    ("$x := 1", ["variable", "unsupported"]),
    ("/a+b/", ["unsupported"]),
    ("-$$.a", ["unsupported"]),
    ("$string($$.x)", ["function"]),
    ("$number()", ["function"]),
    ("$number(1, 2)", ["function"]),
    ("$$.a(1)", ["function"]),
    ("$foo", ["variable"]),
    ("$", ["variable"]),
    ('$$["records"]', ["brackets"]),
    ("$$.records[x=1]", ["brackets"]),
    ("process", ["bare"]),
    ('{ "a": field }', ["bare"]),
    ("[email]", ["bare"]),
    ('{ "data": $$.records.{ "e": email } }', ["unwrapped"]),
    ('[$$.records.{ "e": email }, 1]', ["unwrapped"]),
    ('[$$.records.foo.{ "e": email }]', ["nested"]),
    ('[$$.records.{ "x": [$$.records.{ "e": email }] }]', ["nested"]),
    ('[$$.records.{ "e": user.email }]', ["unsupported"]),
    ("[$$.records.{ email: email }]", ["key"]),
    ('{ "a": 1, "a": 2 }', ["key"]),
    ("{ 1: 2 }", ["key"]),
    ('{ "a" 1 }', ["syntax"]),
    ('{ "a": }', ["syntax"]),
    ("[1, 2", ["syntax"]),
    ("[1,]", ["syntax"]),
    ("[1 2]", ["syntax"]),
    ('{"a": 1', ["syntax"]),
    ('"open', ["syntax"]),
    ("'\\x'", ["syntax"]),
    ('"\\ud83d"', ["syntax"]),
    ("/* open", ["syntax"]),
    ("", ["syntax"]),
    ("{} {}", ["unsupported"]),
    ('{} "a"', ["syntax"]),
    ("]", ["syntax", "syntax"]),
    ("[" * 60, ["size"]),
    ("1" * 100_001, ["size"]),
]


@pytest.mark.parametrize(("text", "categories"), REFUSED, ids=[text[:30] for text, _ in REFUSED])
def test_everything_else_is_refused_with_its_kind(text: str, categories: list[str]) -> None:
    with pytest.raises(TemplateErrors) as caught:
        parse(text)
    found = [each.category for each in caught.value.problems]
    assert found == categories


def test_all_mistakes_are_told_at_once_with_their_places() -> None:
    with pytest.raises(TemplateErrors) as caught:
        parse('{\n  "a": $foo,\n  "b": $string(1),\n  "c": name,\n  "d": $$.records.{"e": email}\n}')
    assert [(each.line, each.column, each.category) for each in caught.value.problems] == [
        (2, 8, "variable"),
        (3, 8, "function"),
        (4, 8, "bare"),
        (5, 8, "unwrapped"),
    ]
    assert str(caught.value).startswith(
        "line 2, column 8: $foo is not known; the only variable is $$; line 3, column 8"
    )


PIECES = (
    *("$$", ".records", ".connection", ".", "{", "}", "[", "]", "(", ")", '"a"', ":", ",", ";", "email", "$number"),
    *("$x", "1", "-", "*", "/", "^", "?", "true", "'", "`", "/*", "*/", " ", "\n", "\\", "function", "\ud83d", "ü"),
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=40).map("".join)))
def test_a_text_is_a_template_or_a_list_of_mistakes_whatever_it_is(text: str) -> None:
    try:
        parse(text)
    except TemplateErrors as problem:
        assert problem.problems
        assert all(each.line >= 1 and each.column >= 1 and each.words for each in problem.problems)


@pytest.mark.parametrize("text", ["-" * 5000, "1" + "+1" * 5000, "$$" + "[0]" * 5000, "$$" + ".a" * 5000, "(" * 5000])
def test_long_chains_exhaust_nothing(text: str) -> None:
    try:
        parse(text)
    except TemplateErrors as problem:
        assert problem.problems
