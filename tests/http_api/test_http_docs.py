"""The page of the HTTP API: its example is a project, and every trouble of the other document has its answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from warehouse_sync.config import load
from warehouse_sync.connectors import connector

HERE = Path(__file__).parent
PAGE = (HERE.parent.parent / "docs" / "destinations" / "http.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "question", ["400 errors for all records", "wrong audience", "hashed twice", "after the destination was edited"]
)
def test_every_row_of_the_documents_troubleshooting_has_an_answer(question: str) -> None:
    assert [title for title in re.findall(r"^### (.+)$", PAGE, re.MULTILINE) if question in title]


def test_the_example_of_the_page_is_a_project_without_warnings(tmp_path: Path) -> None:
    main, buyers = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "syncs").mkdir()
    (tmp_path / "wsync.yml").write_text(f"warehouse: {{type: duckdb, path: a.duckdb}}\n{main}")
    (tmp_path / "syncs" / "buyers.yml").write_text(buyers)
    project = load(tmp_path, {"CRM_TOKEN": "t-1"})
    assert [(sync.name, sync.connector) for sync in project.syncs] == [("buyers", "http")]
    assert project.warnings == ()


def test_the_names_of_the_documents_are_names_of_it() -> None:
    assert connector("custom_audience").name == connector("custom_activation").name == "http"
