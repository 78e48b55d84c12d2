"""The page of Google Ads: every line of the other product's document has its place, and a test that shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from warehouse_sync.config.tables import models

HERE = Path(__file__).parent
PAGE = (HERE.parent.parent / "docs" / "destinations" / "google.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\| (.+?) \| (.+?) \| `(test_\w+)` \|$", PAGE, re.MULTILINE)


def test_every_line_of_the_document_is_shown_by_a_test_that_is_there() -> None:
    tests = {name for path in HERE.glob("test_*.py") for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)}
    assert len(LINES) == 27
    assert {test for *_, test in LINES} <= tests


@pytest.mark.parametrize(
    "words",
    """
    Standard or Admin permissions
    Event delivery account
    Customer ID
    Subaccount, Login Customer ID
    Create new list: name and description
    Use existing list
    Sync mode
    CONTACT_INFO
    CRM_ID
    MOBILE_ADVERTISING_ID
    com.sampleapp.samplename
    Automatically hash PII data
    Specify user consent: Unspecified, Unknown, Granted, Denied
    Specify ad personalization consent
    a frequency with a time in UTC, or manual
    Retain sync logs, Sync log retention
    Snapshot table retention
    Retry failed records
    Enable sync
    An invalid field is not sent
    the row is rejected and marked as failed
    appears to be unhashed
    account permissions
    400 Bad Request
    """.strip().splitlines(),
)
def test_every_setting_field_and_text_of_the_document_has_a_line(words: str) -> None:
    assert [there for there, *_ in LINES if words.strip() in there]


def test_the_settings_that_the_lines_name_are_there() -> None:
    here = " ".join(here for _, here, _ in LINES)
    named = set(re.findall(r"`([a-z_]+)`", here))
    known = {setting for model in models().values() for setting in model.model_fields}
    assert named - known == {"no_valid_identifier", "already_hashed", "field_notes"}


@pytest.mark.parametrize("question", ["account permissions", "400 Bad Request"])
def test_every_question_of_the_document_has_an_answer(question: str) -> None:
    assert [title for title in re.findall(r"^### (.+)$", PAGE, re.MULTILINE) if question in title]
