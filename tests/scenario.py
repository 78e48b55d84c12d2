"""The shared scenario: two cycles over changed data with failures, and what every warehouse must make of them.

It is told twice, to the tiny destination (`tests/contract/test_adapter.py`) and to the sandbox from project files
(`tests/contract/test_project.py`), with the same rows.
"""

from __future__ import annotations

from typing import Any

COLUMNS = {"id": "integer", "email": "text", "phone": "text", "city": "text"}
Row = tuple[int | None, str | None, str | None, str | None]
Lines = list[tuple[Any, ...]]

FIRST: tuple[Row, ...] = (
    (1, "ann@example.com", "+493012345678", "Ulm"),
    (2, "bob@example.com", "+493012345678", None),
    (3, "cem@example.com", None, "Łódź"),
    (4, "not an address", None, None),
    (5, None, None, None),
    (None, "nobody@example.com", None, None),
    (6, "dup@example.com", None, None),
    (6, "dup@example.com", "+493012345676", None),
    (7, "eva@example.com", "+493012345677", "Ulm"),
    (7, "eva@example.com", "+493012345677", "Ulm"),
    (8, "refused@example.com", None, "Łódź"),
    (9, "ida@example.com", None, 'O\'Hara \\ "Bay"'),
)
"""Two who share a phone, an address that is none, an empty row, a null key, unequal and equal copies, a refusal."""

SECOND: tuple[Row, ...] = (
    (1, "ann.new@example.com", "+493012345678", "Ulm"),
    (3, "cem@example.com", None, "東京"),
    (6, "dup@example.com", None, None),
    (7, "eva@example.com", "+493012345677", "Ulm"),
    (8, "refused@example.com", None, "Łódź"),
    (9, "ida@example.com", None, 'O\'Hara \\ "Bay"'),
    (10, "new@example.com", None, "Москва"),
)
"""A new address, a city, copies that are one again, somebody gone, somebody new, and the refused row as it was."""

FIRST_LOG: Lines = [
    ("1", "insert", "succeeded", "new", None),
    ("2", "insert", "succeeded", "new", None),
    ("3", "insert", "succeeded", "new", None),
    ("4", None, "failed", "invalid", "no_valid_identifier"),
    ("5", None, "failed", "invalid", "no_valid_field"),
    ("6", None, "failed", "invalid", "duplicate_key"),
    ("7", "insert", "succeeded", "new", None),
    ("8", "insert", "failed", "new", "bad_row"),
    ("9", "insert", "succeeded", "new", None),
    (None, None, "failed", "invalid", "null_key"),
]
SECOND_LOG: Lines = [
    ("1", "delete", "succeeded", "rekeyed", None),
    ("1", "insert", "succeeded", "rekeyed", None),
    ("10", "insert", "succeeded", "new", None),
    ("2", "delete", "succeeded", "gone", None),
    ("3", "update", "succeeded", "changed", None),
    ("6", "insert", "succeeded", "new", None),
    ("8", "insert", "failed", "retried", "bad_row"),
]

MEMBERS = {
    ("EMAIL", "ann.new@example.com"),
    ("EMAIL", "cem@example.com"),
    ("EMAIL", "dup@example.com"),
    ("EMAIL", "eva@example.com"),
    ("EMAIL", "ida@example.com"),
    ("EMAIL", "new@example.com"),
    ("PHONE", "+493012345677"),
    ("PHONE", "+493012345678"),
}
"""Whom the platform knows after the second cycle."""
