"""A body template as tokens, each with its place; what cannot be one is noted, and reading goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["string", "number", "name", "variable", "sign", "end"]
LONGEST_TEMPLATE = 100_000
"""Characters of a template."""


UNSUPPORTED: Mapping[str, str] = {
    "(": "parentheses and blocks are not supported",
    "?": "conditions are not supported",
    "?:": "conditions are not supported",
    "??": "conditions are not supported",
    "^": "sorting is not supported",
    "*": "wildcards are not supported",
    "**": "wildcards are not supported",
    "%": "the parent operator is not supported",
    "|": "transformations are not supported",
    "/": "regular expressions are not supported",
    ":=": "assignments are not supported",
    "~>": "chains of functions are not supported",
    "@": "bindings are not supported",
    "#": "bindings are not supported",
    "{": "grouping is not supported; a mapping is written with a dot: $$.records.{…}",
}
"""What JSONata has and we have not, by the sign it begins with."""
INFIX = frozenset("+-*/%&=<>?@#^") | {"!=", "<=", ">=", "?:", "??", "~>", ":=", ".."}
"""Signs between two values; none is supported, all are read over."""
WORDS = ("and", "or", "in")
"""The same, as words."""


class Problem(NamedTuple):
    """One mistake of a template: where it stands (both count from 1), what kind it is, and our words for it."""

    line: int
    column: int
    category: str
    words: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.words}"


class Token(NamedTuple):
    """One token; `value` is a string's or name's text, a number, a variable with its $, or the sign itself."""

    kind: Kind
    value: str | float
    at: int


@dataclass(frozen=True)
class Source:
    """A template's text, and where in it something stands."""

    text: str

    def problem(self, at: int, category: str, words: str) -> Problem:
        before = self.text[:at]
        return Problem(before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1, category, words)


_SPACE = re.compile(r"(?:[ \t\r\n]+|/\*(?:[^*]|\*(?!/))*\*/)+")
_NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NAME = re.compile(r"[^\W\d]\w*")
_VARIABLE = re.compile(r"\$\$|\$\w*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^'\\]|\\.)*'", re.DOTALL)
_QUOTED = re.compile(r"`[^`]*`", re.DOTALL)
_SIGN = re.compile(r"\.\.|:=|!=|>=|<=|\*\*|~>|\?:|\?\?|[][{}()<>.,:;?@#%&=*/+^|!~-]")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {'"': '"', "'": "'", "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def tokens(source: Source) -> tuple[list[Token], list[Problem]]:
    """Every token, an `end` last, and what could not be read."""
    found: list[Token] = []
    problems: list[Problem] = []
    text, at = source.text, 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        token, at = _token(source, at, problems)
        if token is not None:
            found.append(token)
    return [*found, Token("end", "the end", len(text))], problems


def _token(source: Source, at: int, problems: list[Problem]) -> tuple[Token | None, int]:
    text = source.text
    if text.startswith("/*", at):
        problems.append(source.problem(at, "syntax", "a comment is not closed"))
        return None, len(text)
    if string := _STRING.match(text, at):
        return Token("string", _unescaped(source, string, problems), at), string.end()
    if quoted := _QUOTED.match(text, at):
        return Token("name", quoted[0][1:-1], at), quoted.end()
    if text[at] in "\"'`":
        problems.append(source.problem(at, "syntax", "a quote is not closed"))
        return None, len(text)
    if number := _NUMBER.match(text, at):
        return Token("number", _read(number[0]), at), number.end()
    for kind, pattern in _PATTERNS:
        if match := pattern.match(text, at):
            return Token(kind, match[0], at), match.end()
    problems.append(source.problem(at, "syntax", "a character that means nothing here"))
    return None, at + 1


_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (("variable", _VARIABLE), ("name", _NAME), ("sign", _SIGN))


def _read(digits: str) -> float:
    return int(digits) if digits.isdigit() and len(digits) <= 15 else float(digits)


def _unescaped(source: Source, string: re.Match[str], problems: list[Problem]) -> str:
    def letter(found: re.Match[str]) -> str:
        code = found[1]
        if len(code) == 5:
            return chr(int(code[1:], 16))
        if code not in _ESCAPED:
            at = string.start() + 1 + found.start()
            problems.append(source.problem(at, "syntax", "an escape that no string has"))
        return _ESCAPED.get(code, "")

    text = _ESCAPE.sub(letter, string[0][1:-1])
    try:  # halves of a pair, written as two escapes, are one character
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        problems.append(source.problem(string.start(), "syntax", "half of a surrogate pair cannot travel"))
        return ""
