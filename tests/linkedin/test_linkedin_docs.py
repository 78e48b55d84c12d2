"""The page of LinkedIn: every line of the other product's document has its place, and a test that shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from warehouse_sync.config.tables import models

HERE = Path(__file__).parent
PAGE = (HERE.parent.parent / "docs" / "destinations" / "linkedin.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\| (.+?) \| (.+?) \| `(test_\w+)` \|$", PAGE, re.MULTILINE)


def test_every_line_of_the_document_is_shown_by_a_test_that_is_there() -> None:
    tests = {name for path in HERE.glob("test_*.py") for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)}
    assert len(LINES) == 22
    assert {test for *_, test in LINES} <= tests


@pytest.mark.parametrize(
    "words",
    """
    Connect account, OAuth
    Select LinkedIn account
    Audience type: User, Company
    Create new audience
    Use existing audience
    Sync mode
    Email (SHA256)
    Email (SHA512)
    Google Advertising ID
    Company Name
    Company Email Domain
    Company Website Domain
    Company Page URL
    Organization URN
    First Name
    Last Name
    Title
    Stock Symbol
    Industries
    City
    State
    Postal Code
    Automatically hash PII data: Yes, No
    appears to be unhashed
    5 minutes to 24 hours
    Retain sync logs, Sync log retention
    Snapshot table retention
    Retry failed records
    Enable sync
    """.strip().splitlines(),
)
def test_every_setting_field_and_text_of_the_document_has_a_line(words: str) -> None:
    assert [there for there, *_ in LINES if words.strip() in there]


def test_the_settings_that_the_lines_name_are_there() -> None:
    here = " ".join(here for _, here, _ in LINES)
    known = {setting for model in models().values() for setting in model.model_fields}
    assert set(re.findall(r"`([a-z_]+)`", here)) <= known


@pytest.mark.parametrize("question", ["Which sync mode", "Every row fails", "nobody matched", "every 60 days"])
def test_every_question_of_the_document_has_an_answer(question: str) -> None:
    assert [title for title in re.findall(r"^### (.+)$", PAGE, re.MULTILINE) if question in title]
