"""The page of LinkedIn: every question of the other product's document has its answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = (HERE.parent.parent / "docs" / "destinations" / "linkedin.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("question", ["Which sync mode", "Every row fails", "nobody matched", "every 60 days"])
def test_every_question_of_the_document_has_an_answer(question: str) -> None:
    assert [title for title in re.findall(r"^### (.+)$", PAGE, re.MULTILINE) if question in title]
