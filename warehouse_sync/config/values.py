"""What single settings may be: one small function per kind of value, as pydantic's validators take them."""

from __future__ import annotations

import math
import re
import unicodedata

from pydantic import ValidatorFunctionWrapHandler
from pydantic_core import PydanticCustomError

from ..dbt.references import read_reference
from ..schedule import read_cron

PART = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,127}")
TABLE_PART = re.compile(r"[^\W\d][\w$-]{0,127}")
SYNC_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")

_WORDS = {"on": True, "off": False}


def on_off(value: object) -> object:
    word = _WORDS.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(word, bool):
        raise PydanticCustomError("on_off", "must be on or off")
    return word


def on_off_word(value: object) -> object:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value.lower() if isinstance(value, str) else value


def off_is_none(value: object) -> object:
    off = value is False or (isinstance(value, str) and value.lower() == "off")
    return None if off else value


def clean(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty")
    if any(unicodedata.category(letter) in {"Cc", "Zl", "Zp"} for letter in value):
        raise ValueError("holds a control character")
    return value


def name_part(value: str) -> str:
    if re.search(r"[\\`'\"]", value):
        raise ValueError("holds a backslash, a backtick or a quote, which names may not have")
    return clean(value)


class PlainName(list[str]):
    """The parts of a table's name written as in SQL without quotes: the warehouse has its own spelling of them."""


def table(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """The parts of a table's name: of `a.b`, every part a plain word; or a list of its exact parts."""
    if not isinstance(value, str):
        return handler(value)
    parts = value.split(".")
    if not all(TABLE_PART.fullmatch(part) for part in parts):
        raise ValueError(
            "is not a plain table name (letters, digits, _, $ and -, parts joined by dots); "
            "write any other name as a list of its parts"
        )
    return PlainName(handler(parts))


def schema(value: str) -> str:
    if not PART.fullmatch(value):
        raise ValueError("is not a plain schema name (letters, digits, _ and $, not beginning with a digit)")
    return value


def sync_name(value: str) -> str:
    if not SYNC_NAME.fullmatch(value):
        raise ValueError("is not a sync name: a letter, then at most 62 letters, digits, _ and -")
    return value


def period(value: object) -> object:
    if off_is_none(value) is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(r"[1-9][0-9]{0,3} (hours?|days?|weeks?)", value):
        raise ValueError('must be a period such as "12 hours", "60 days" or "4 weeks"')
    return value


def age(value: str) -> str:
    period(value)
    if off_is_none(value) is None:
        raise ValueError('must be a period such as "12 hours" or "2 days"')
    return value


def seconds(value: str) -> int:
    """How long a period is."""
    number, unit = value.split()
    return int(number) * {"hour": 3600, "day": 86_400, "week": 604_800}[unit.rstrip("s")]


def cron(value: str) -> str:
    read_cron(value)
    return value


def schedule(value: object) -> object:
    if value == "manual":
        return None
    if isinstance(value, str):
        raise ValueError('must be manual, or a block: {every: 1 hour} or {cron: "0 6 * * *"}')
    return value


def static(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("must be text or a number; put a word such as true in quotes")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("must be a finite number")
    return clean(value) if isinstance(value, str) else value


def unique(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise ValueError("names a column twice")
    return values


def reference(value: str) -> str:
    read_reference(value)
    return value


def tag(value: str) -> str:
    if not re.fullmatch(r"[^\s,*?:+@]{1,100}", value):
        raise ValueError("is not a tag: no spaces, and none of , * ? : + @")
    return value
