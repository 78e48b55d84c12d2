"""The page of TikTok: every line of the other product's document has its place, and a test that shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from warehouse_sync.config.tables import models

HERE = Path(__file__).parent
PAGE = (HERE.parent.parent / "docs" / "destinations" / "tiktok.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\| (.+?) \| (.+?) \| `(test_\w+)` \|$", PAGE, re.MULTILINE)


def test_every_line_of_the_document_is_shown_by_a_test_that_is_there() -> None:
    tests = {name for path in HERE.glob("test_*.py") for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)}
    assert len(LINES) == 21
    assert {test for *_, test in LINES} <= tests


@pytest.mark.parametrize(
    "words",
    """
    Event delivery account
    Advertiser ID
    Create new audience
    Use existing audience
    Sync mode
    IDFA_MD5, AAID_MD5, IDFA_SHA256, AAID_SHA256, EMAIL_SHA256, PHONE_SHA256
    Automatically hash PII data: Yes, No
    appears to be unhashed
    An invalid field is not sent
    the row is skipped
    basic, cron, manual
    Retain sync logs, Sync log retention
    Snapshot table retention
    Retry failed records
    Enable destination
    adding a source from the destination page
    viewing the synced segments
    """.strip().splitlines(),
)
def test_every_setting_field_and_text_of_the_document_has_a_line(words: str) -> None:
    assert [there for there, *_ in LINES if words.strip() in there]


def test_the_settings_that_the_lines_name_are_there() -> None:
    here = " ".join(here for _, here, _ in LINES)
    named = set(re.findall(r"`([a-z_]+)`", here))
    known = {setting for model in models().values() for setting in model.model_fields}
    assert named - known == {"no_valid_identifier", "no_valid_field", "field_notes"}


@pytest.mark.parametrize("question", ["view the synced audience", "destination not chosen on a page of its own"])
def test_every_question_of_the_document_has_an_answer(question: str) -> None:
    assert [title for title in re.findall(r"^### (.+)$", PAGE, re.MULTILINE) if question in title]
