"""What is wrong with a project's files, said all at once: one sentence per mistake, each with its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..errors import ConfigError

SHORTEST_SCRUBBED = 6
"""A hidden value shorter than this is not searched for in messages: it would be found in ordinary words."""

_ECHOED = re.compile(r"[\w .:/-]{1,40}")


class ConfigErrors(ConfigError):
    """Every mistake of one reading, in `complaints`; `path`, `line` and `key` are those of the first."""

    def __init__(self, complaints: Sequence[ConfigError]) -> None:
        first = complaints[0]
        super().__init__(first.message, path=first.path, line=first.line, key=first.key)
        self.complaints = tuple(complaints)

    def __str__(self) -> str:
        return "\n".join(str(complaint) for complaint in self.complaints)


def scrubbed(message: str, hidden: Iterable[str]) -> str:
    """The message without any of the hidden values (secrets, values of environment variables)."""
    for value in sorted(hidden, key=len, reverse=True):
        if len(value) >= SHORTEST_SCRUBBED:
            message = message.replace(value, "***")
    return message


def repeats(word: str, hidden: Iterable[str]) -> bool:
    """Whether a word is a hidden value, perhaps trimmed or in lower case, as models may have made it."""
    return _folded(word) in map(_folded, hidden)


def _folded(word: str) -> str:
    return " ".join(word.casefold().split())


def shown(word: str) -> str:
    """A key or name as it may be printed: no control characters, not endless."""
    short = word if len(word) <= 60 else word[:60] + "…"
    return short if short.isprintable() else ascii(short)


def near(word: str, known: Iterable[str]) -> str:
    """A clause that helps on: the known word that `word` most resembles, else all known words."""
    words = {name.casefold(): name for name in sorted(known)}
    close = difflib.get_close_matches(word.casefold(), words, n=1)
    if close:
        return f"did you mean {words[close[0]]}?"
    return f"known: {', '.join(words.values())}" if words else "there is none"


def sentence(error: Mapping[str, Any], known: Iterable[str], hidden: Iterable[str]) -> str:
    """One of pydantic's error records in our words; `known` are the keys that may stand there."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"is not a setting here; {near(str(error['loc'][-1]), known)}"
    if kind == "literal_error":
        return _not_one_of(error["input"], context["expected"], hidden)
    if kind in _WRONG_KIND:
        return _wrong_kind(error["input"], _WRONG_KIND[kind])
    if kind in _PLAIN:
        return _PLAIN[kind].format(**{name: _number(limit) for name, limit in context.items()})
    return str(error["msg"]).removeprefix("Value error, ")


_WRONG_KIND = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a block of settings (key: value)",
    "model_type": "a block of settings (key: value)",
    "model_attributes_type": "a block of settings (key: value)",
    "bool_type": "on or off",
    "bool_parsing": "on or off",
}

_PLAIN = {
    "missing": "is missing",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "string_too_short": "is empty or too short: at least {min_length} characters are needed",
    "string_too_long": "is too long: at most {max_length} characters are allowed",
    "too_short": "is empty or too short: at least {min_length} are needed",
    "string_pattern_mismatch": "does not have the form it must have: {pattern}",
    "finite_number": "must be a finite number",
}


def _number(limit: object) -> object:
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


def _wrong_kind(value: object, wanted: str) -> str:
    if value is None:
        return f"is empty: {wanted} is needed"
    if wanted == "text" and isinstance(value, bool):
        return "is the word true or false: put it in quotes, so that it stays text"
    if wanted == "text" and isinstance(value, int | float):
        return "is a bare number: put it in quotes, so that it stays text"
    return f"must be {wanted}"


def _not_one_of(value: object, expected: str, hidden: Iterable[str]) -> str:
    words = re.findall(r"'([^']*)'", expected)
    allowed = f"must be one of {', '.join(words) or expected}"
    if not isinstance(value, str) or repeats(value, hidden) or not _ECHOED.fullmatch(value):
        return allowed
    close = difflib.get_close_matches(value.casefold(), [word.casefold() for word in words], n=1)
    guess = next((word for word in words if close and word.casefold() == close[0]), None)
    return f"is {value!r}, but {allowed}" + (f"; did you mean {guess}?" if guess else "")
