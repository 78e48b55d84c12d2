"""The page of Google Ads: every question of the other product's document has its answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = (HERE.parent.parent / "docs" / "destinations" / "google.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("question", ["account permissions", "400 Bad Request"])
def test_every_question_of_the_document_has_an_answer(question: str) -> None:
    assert [title for title in re.findall(r"^### (.+)$", PAGE, re.MULTILINE) if question in title]
