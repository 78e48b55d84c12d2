"""Fields that travel as a hash: MD5, SHA-256 or SHA-512, and what the hash setting makes of values of each length."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from warehouse_sync.fields import Field, preparer
from warehouse_sync.model import Hashing, Mapped
from warehouse_sync.normalize import lower

VALUE = "Ada@Example.com"
HEX = {kind: hashlib.new(kind, VALUE.lower().encode()).hexdigest() for kind in ("md5", "sha256", "sha512")}
KINDS = [(kind, other) for kind in HEX for other in HEX if kind != other]


def prepared(kind: Any, value: str, setting: Hashing) -> Any:
    field = Field("ID", "Id", "identifier", "An id.", {"own": lower}, "https://example.com", "2026-11", hash=kind)
    return preparer([field], [Mapped("ID", "v")], sync="vip", hash=setting).prepare([("1", None, value)])[0]


@pytest.mark.parametrize("kind", HEX)
def test_a_value_is_hashed_as_its_field_says(kind: str) -> None:
    assert json.loads(prepared(kind, VALUE, "on").tokens) == {"ID": HEX[kind]}


@pytest.mark.parametrize("kind", HEX)
def test_a_hash_of_the_fields_kind_is_known_by_its_length_whatever_its_case(kind: str) -> None:
    for setting in ("off", "auto"):
        row = prepared(kind, f" {HEX[kind].upper()} ", setting)  # type: ignore[arg-type]
        assert json.loads(row.tokens) == {"ID": HEX[kind]}
    assert prepared(kind, HEX[kind], "on").error_code == "already_hashed"


@pytest.mark.parametrize(("kind", "other"), KINDS)
def test_a_hash_of_another_kind_is_never_taken_for_one_of_the_fields(kind: str, other: str) -> None:
    assert prepared(kind, HEX[other], "off").error_code == "not_hashed"
    for setting in ("on", "auto"):
        row = prepared(kind, HEX[other], setting)  # type: ignore[arg-type]
        assert (row.error_code, row.tokens) == ("no_valid_identifier", None)


@pytest.mark.parametrize("kind", HEX)
def test_plain_values_contradict_hashing_switched_off_and_suit_auto(kind: str) -> None:
    assert prepared(kind, VALUE, "off").error_code == "not_hashed"
    assert json.loads(prepared(kind, VALUE, "auto").tokens) == {"ID": HEX[kind]}


@pytest.mark.parametrize("kind", HEX)
def test_an_identifier_is_one_whether_it_was_hashed_here_or_before(kind: str) -> None:
    assert prepared(kind, VALUE, "on").identity == prepared(kind, HEX[kind], "off").identity
