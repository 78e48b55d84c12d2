"""docs/python.md: its example is run, and its table names what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.shop import BUYERS, Shop, shop
from tests.test_docs import blocks
from warehouse_sync import Project
from warehouse_sync.executing import Report

__all__ = ["shop"]

PAGE = (Path(__file__).parent.parent / "docs" / "python.md").read_text(encoding="utf-8")


def test_the_example_says_what_the_page_says(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (script,), (said,) = blocks(PAGE, "python"), blocks(PAGE, "text")
    shop.sync("buyers", BUYERS + "tags: [daily]\n")
    shop.sync("lapsed", BUYERS.replace("Buyers", "Lapsed") + "enabled: off\n")
    monkeypatch.chdir(shop.folder)
    for name, value in shop.environ.items():
        monkeypatch.setenv(name, value)
    exec(compile(script, "docs/python.md", "exec"), {})
    assert capsys.readouterr().out.replace("lapsed main.customers meta\n", "") == said
    assert shop.members == 3


def test_everything_public_of_a_project_and_a_report_is_on_the_page() -> None:
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", PAGE, flags=re.DOTALL | re.MULTILINE))
    named = {word for code in inline for word in re.findall(r"\b[a-z_]+\b", code)}
    for kind in (Project, Report):
        public = {name for name in {*vars(kind), *kind.__dataclass_fields__} if not name.startswith("_")}
        assert public <= named, kind


def test_everything_public_has_a_docstring() -> None:
    for kind in (Project, Report):
        for name, found in vars(kind).items():
            if not name.startswith("_") and (callable(found) or isinstance(found, property)):
                assert found.__doc__, name
