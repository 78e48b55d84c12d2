"""Checks a `payload` as Meta documents it and turns its rows into tokens.

Rules: developers.facebook.com, Custom Audience Users and Customer File Custom Audiences, read 2026-11.
Written apart from the connector on purpose: this is its judge. Columns are checked whole, because pages have
10,000 rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .replies import Refusal

Tokens = tuple[str, ...]

HASHED_IDENTIFIERS = ("EMAIL", "PHONE")
PLAIN_IDENTIFIERS = ("MADID", "EXTERN_ID", "UID")
SCOPED_IDENTIFIERS = {"APPUID": "app_ids", "PAGEUID": "page_ids"}
CONTEXT = ("FN", "LN", "FI", "GEN", "DOBY", "DOBM", "DOBD", "CT", "ST", "ZIP", "COUNTRY")
PROCESSING = ("DATA_PROCESSING_OPTIONS", "DATA_PROCESSING_OPTIONS_COUNTRY", "DATA_PROCESSING_OPTIONS_STATE")
VALUE = "LOOKALIKE_VALUE"
IDENTIFIERS = (*HASHED_IDENTIFIERS, *PLAIN_IDENTIFIERS, *SCOPED_IDENTIFIERS)
KEYS = frozenset((*IDENTIFIERS, *CONTEXT, *PROCESSING, VALUE))
SINGLE_KEYS = {"EMAIL_SHA256": "EMAIL", "PHONE_SHA256": "PHONE", "MOBILE_ADVERTISER_ID": "MADID"}
SOURCE_TYPES = frozenset(
    (
        "UNKNOWN",
        "FILE_IMPORTED",
        "EVENT_BASED",
        "SEED_BASED",
        "THIRD_PARTY_IMPORTED",
        "COPY_PASTE",
        "CONTACT_IMPORTER",
        "HOUSEHOLD_AUDIENCE",
    )
)

MOST_ROWS = 10_000
EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
HEX_DIGITS = b"0123456789abcdef"
is_digest = re.compile("[0-9a-f]{64}").fullmatch
looks_hashed = re.compile("[0-9a-fA-F]{64}").fullmatch


@dataclass(frozen=True)
class Batch:
    """The rows of one request: per row its identifier tokens, its context tokens and its attributes.

    A token is `KEY:value`, for scoped ids `KEY:scope:value`. A value Meta calls invalid is no token;
    `invalid` are the positions of rows with one. `externs` are the tokens that are external ids.
    """

    schema: Tokens
    identifiers: Sequence[Tokens]
    context: Sequence[Tokens]
    attributes: Sequence[Tokens]
    externs: Sequence[str]
    invalid: Sequence[int]
    samples: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.identifiers)


@dataclass
class Columns:
    """The cells of a request by schema key, and which rows were found invalid so far."""

    cells: Mapping[str, Sequence[Any]]
    rows: int
    invalid: set[int]


def check(payload: Any, *, value_based: bool, adding: bool) -> Batch:
    """Reads a payload. Raises `Refusal` (code 100) where Meta refuses the whole request."""
    if not isinstance(payload, dict):
        raise Refusal(100, "param payload is required and must be an object")
    schema, rows = shape(payload)
    check_source(payload.get("data_source"))
    if VALUE in schema and not value_based:
        raise Refusal(100, f"{VALUE} can only be used for value-based custom audiences")
    columns = Columns(dict(zip(schema, zip(*rows, strict=True), strict=True)), len(rows), set())
    by_key = {key: identifier_tokens(columns, key, payload) for key in IDENTIFIERS if key in columns.cells}
    identifiers = [tokens for found in by_key.values() for tokens in found]
    context = [digest_tokens(columns, key) for key in CONTEXT if key in columns.cells]
    attributes = [
        *(value_tokens(columns, adding=adding) for _ in range(VALUE in schema)),
        *(processing_tokens(columns, key) for key in PROCESSING if key in columns.cells),
    ]
    invalid = sorted(columns.invalid)
    return Batch(
        schema,
        gathered(identifiers, len(rows)),
        gathered(context, len(rows)),
        gathered(attributes, len(rows)),
        [token for found in by_key.get("EXTERN_ID", ()) for token in found if token],
        invalid,
        {str(at): json.dumps(rows[at]) for at in invalid[:100]},
    )


def shape(payload: Mapping[str, Any]) -> tuple[Tokens, Sequence[Sequence[Any]]]:
    """Schema and rows, checked for their form alone."""
    given, data = payload.get("schema"), payload.get("data")
    names: Any = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise Refusal(100, "param payload[schema] must be a key or a list of keys")
    schema: Tokens = tuple(str(SINGLE_KEYS.get(name, name)) for name in names)
    if unknown := [name for name in schema if name not in KEYS]:
        raise Refusal(100, f"param payload[schema] has an unknown key at position {schema.index(unknown[0])}")
    if len(set(schema)) != len(schema):
        raise Refusal(100, "param payload[schema] names a key twice")
    if not isinstance(data, list) or not data:
        raise Refusal(100, "param payload[data] must be a list with at least one row")
    if len(data) > MOST_ROWS:
        raise Refusal(100, f"param payload[data] has more than {MOST_ROWS} rows")
    return schema, rows_of(data, schema, flat=isinstance(given, str))


def rows_of(data: list[Any], schema: Tokens, *, flat: bool) -> Sequence[Sequence[Any]]:
    if flat and set(map(type, data)) == {str}:
        return [[value] for value in data]
    if set(map(type, data)) != {list}:
        raise Refusal(100, "param payload[data] must be a list of lists")
    if set(map(len, data)) != {len(schema)}:
        raise Refusal(100, "a row of payload[data] is longer or shorter than payload[schema]")
    return data


def check_source(source: Any) -> None:
    if source is None:
        return
    if not isinstance(source, dict) or source.get("type", "UNKNOWN") not in SOURCE_TYPES:
        raise Refusal(100, "param payload[data_source][type] must be one of the documented types")


def texts(columns: Columns, key: str) -> Sequence[str]:
    """A column whose cells must be texts."""
    column = columns.cells[key]
    if set(map(type, column)) != {str}:
        raise Refusal(100, f"payload[data] has a cell of {key} that is not a text")
    return column


def digest_tokens(columns: Columns, key: str) -> list[str]:
    """Tokens of a hashed column; invalid: not 64 lower-case hex digits, or the hash of nothing."""
    column = texts(columns, key)
    if all_digests(column):
        return [f"{key}:{value}" if value else "" for value in column]
    bad = {at for at, value in enumerate(column) if value and not good_digest(value)}
    columns.invalid |= bad
    return [f"{key}:{value}" if value and at not in bad else "" for at, value in enumerate(column)]


def all_digests(column: Sequence[str]) -> bool:
    """The usual case decided in three passes of C code."""
    if not set(map(len, column)) <= {0, 64} or EMPTY_HASH in column:
        return False
    return not "".join(column).encode("ascii", "replace").translate(None, HEX_DIGITS)


def good_digest(value: str) -> bool:
    return value != EMPTY_HASH and is_digest(value) is not None


def identifier_tokens(columns: Columns, key: str, payload: Mapping[str, Any]) -> list[list[str]]:
    if key in HASHED_IDENTIFIERS:
        return [digest_tokens(columns, key)]
    plain = plain_values(columns, key)
    if key not in SCOPED_IDENTIFIERS:
        return [[f"{key}:{value}" if value else "" for value in plain]]
    scopes = scope_ids(payload, SCOPED_IDENTIFIERS[key], key)
    return [[f"{key}:{scope}:{value}" if value else "" for value in plain] for scope in scopes]


def plain_values(columns: Columns, key: str) -> list[str]:
    column = columns.cells[key]
    if not set(map(type, column)) <= {str, int}:
        raise Refusal(100, f"payload[data] has a cell of {key} that is neither a text nor a whole number")
    values = [str(value) for value in column]
    wrong = bad_device if key == "MADID" else is_empty_hash
    bad = {at for at, value in enumerate(values) if value and wrong(value)}
    columns.invalid |= bad
    return ["" if at in bad else value for at, value in enumerate(values)] if bad else values


def is_empty_hash(value: str) -> bool:
    return value == EMPTY_HASH


def bad_device(value: str) -> bool:
    """Device ids travel plain and in lower case."""
    return value != value.lower() or looks_hashed(value) is not None


def scope_ids(payload: Mapping[str, Any], name: str, key: str) -> list[str]:
    scopes = payload.get(name)
    if not isinstance(scopes, list) or not scopes:
        raise Refusal(100, f"param payload[{name}] is required with {key}")
    return [str(scope) for scope in scopes]


def value_tokens(columns: Columns, *, adding: bool) -> list[str]:
    """Customer values: plain numbers from 0 up. A removal may leave them out."""
    column = columns.cells[VALUE]
    for value in column:
        number = type(value) in (int, float) and 0 <= value < float("inf")
        if not number and (adding or value != ""):
            raise Refusal(100, f"{VALUE} must be a number that is not negative")
    return [f"{VALUE}:{value}" if value != "" else "" for value in column]


def processing_tokens(columns: Columns, key: str) -> list[str]:
    """Limited data use: a list of options, then numbers of country and state."""
    kinds = {list, str} if key == PROCESSING[0] else {int, str}
    column = columns.cells[key]
    if not set(map(type, column)) <= kinds:
        raise Refusal(100, f"payload[data] has a cell of {key} of the wrong type")
    return [f"{key}:{json.dumps(value)}" if value not in ("", []) else "" for value in column]


def gathered(columns: Sequence[list[str]], rows: int) -> list[Tokens]:
    """Per row the tokens that are there."""
    if not columns:
        return [()] * rows
    together = zip(*columns, strict=True)
    if any("" in column for column in columns):
        return [tuple(filter(None, row)) for row in together]
    return list(together)
