"""The table of the documents: nothing of them is missing, and what a row says is so.

A row has what a document calls it, what it is called here, and the test that shows it. The names of every document
are in `documents.txt` once more, in its own order, so that no row can be lost.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from itertools import product
from pathlib import Path

import click
import pytest
import yaml

from warehouse_sync.cells import MISMATCHES
from warehouse_sync.cli import main
from warehouse_sync.config.models import Settings
from warehouse_sync.config.tables import models
from warehouse_sync.connectors import BUILT_IN, connector
from warehouse_sync.connectors.facebook_errors import classify
from warehouse_sync.connectors.http_settings import Action, ActionField, Update
from warehouse_sync.fields import NO_FIELD
from warehouse_sync.text import Note
from warehouse_sync.wire import Reply

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "destinations" / "documents.md").read_text(encoding="utf-8")
Row = tuple[str, str, str]

NAMES = {
    part.partition("\n")[0]: part.strip().splitlines()[1:]
    for part in (Path(__file__).parent / "documents.txt").read_text(encoding="utf-8").split("## ")[1:]
}
CONNECTORS = {
    "Facebook Custom Audience": "facebook",
    "Facebook Custom Audiences (Segment)": "facebook",
    "Google Ads Remarketing Lists": "google",
    "LinkedIn Audience": "linkedin",
    "TikTok Audiences": "tiktok",
    "Custom Audience": "http",
}


def rows(section: str) -> list[Row]:
    """The rows of a section's table: there, here, shown by."""
    part = re.split(rf"^## {re.escape(section)}$", PAGE, flags=re.MULTILINE)[1]
    part = re.split(r"^## ", part, flags=re.MULTILINE)[0]
    lines = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return [(there, here, shown) for there, here, shown in lines if there != "There"]


ROWS = [(section, row) for section in NAMES for row in rows(section)]
HERE = [pytest.param(section, here, id=f"{section}: {there}") for section, (there, here, _) in ROWS]


def test_the_page_has_a_section_for_every_document() -> None:
    assert re.findall(r"^## (.+)$", PAGE, re.MULTILINE) == [*NAMES]


@pytest.mark.parametrize("section", NAMES)
def test_no_setting_field_question_or_error_text_of_a_document_is_missing(section: str) -> None:
    found = [there for there, _, _ in rows(section)]
    assert [name for name, there in zip(NAMES[section], found, strict=True) if not there.startswith(name)] == []


def test_every_question_and_trouble_is_answered_by_a_page_or_by_the_check() -> None:
    asked = [(there, here) for _, (there, here, _) in ROWS if there.startswith(("Question: ", "Trouble: "))]
    assert asked
    assert [there for there, here in asked if "[answered](" not in here and "`wsync check`" not in here] == []


@cache
def shown_in(file: str) -> frozenset[str]:
    """The tests of a file that every session runs: neither skipped nor for the sweeps."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = [each for each in tree.body if isinstance(each, ast.FunctionDef)]
    marks = {each.name: " ".join(map(ast.unparse, each.decorator_list)) for each in functions}
    return frozenset(name for name, mark in marks.items() if not re.search(r"mark\.(sweep|skip|xfail)", mark))


def test_every_row_is_shown_by_tests_that_are_there() -> None:
    for _, (there, _, shown) in ROWS:
        named = re.findall(r"`(tests/[a-z0-9_/]+\.py)::(test_[A-Za-z0-9_]+)`", shown)
        assert named, there
        for file, test in named:
            assert test in shown_in(file), f"{there}: {file}::{test}"


def commands() -> set[str]:
    """Every command by its words, without `wsync`."""

    def of(group: click.Group, before: str) -> set[str]:
        found = {f"{before}{name}" for name in group.commands}
        groups = [(name, each) for name, each in group.commands.items() if isinstance(each, click.Group)]
        return found.union(*(of(each, f"{before}{name} ") for name, each in groups))

    return of(main, "")


def codes() -> set[str]:
    """Every error code of a row."""
    known = {each.code for each in Note} | {*MISMATCHES} | {"no_valid_field", "no_valid_identifier"}
    tables = [import_module(f"warehouse_sync.connectors.{name}_errors").KNOWN for name in BUILT_IN]
    return known.union(*({each.name for each in table} for table in tables))


COLUMNS = {"field_notes"}


@cache
def settings_of(section: str) -> frozenset[str]:
    """The settings of a project and a sync, and those of the section's destination; else of all destinations."""
    of = CONNECTORS.get(section)
    others = {f"{name} {block}" for name in BUILT_IN if name != of for block in ("destination", "audience", "options")}
    found = [model for name, model in models().items() if of is None or name not in others]
    mine = (Action, ActionField, Update) if of == "http" else ()
    return frozenset(name for model in (*found, *mine) for name in model.model_fields)


def is_known(name: str, section: str) -> bool:
    """Whether a name in code style is a setting (perhaps with its value), a field, a code, a column or a command."""
    word, _, value = name.partition(": ")
    if value:
        return Settings.model_validate({word: yaml.safe_load(value)}) is not None and word in Settings.model_fields
    if name.startswith("wsync "):
        return name.removeprefix("wsync ") in commands()
    if name.startswith("--"):
        return any(name.partition(" ")[0] in each.opts for command in main.commands.values() for each in command.params)
    fields = {each.name for each in connector(CONNECTORS[section]).fields} if section in CONNECTORS else set[str]()
    last = name.removeprefix("audience.")
    return last in settings_of(section) | fields | codes() | COLUMNS | {"off", "audience", "actions"}


@pytest.mark.parametrize(("section", "here"), HERE)
def test_every_name_of_a_row_is_there(section: str, here: str) -> None:
    assert [name for name in re.findall(r"`([^`]+)`", here) if not is_known(name, section)] == []


def said(of: str) -> set[str]:
    """What the product says of a row, for every hashed field; where fields are the user's, of one named EMAIL."""
    found = connector(of)
    names = [field.name for field in found.fields if field.hash] or ["EMAIL"]
    mismatches = {MISMATCHES[code].format(found.hashing_words, name) for code, name in product(MISMATCHES, names)}
    return mismatches | {NO_FIELD.format("EMAIL, PHONE")} | ({refusal_2650()} if of == "facebook" else set())


def refusal_2650() -> str:
    """The reason of a refusal by Facebook, as the log has it."""
    return str(classify(Reply(400, {}, {"error": {"code": 2650, "message": "(#2650)"}})).reason)


@pytest.mark.parametrize(("section", "here"), [each for each in HERE if "“" in each.values[1]])
def test_every_quoted_text_is_what_the_product_says(section: str, here: str) -> None:
    texts = re.findall(r"“([^”]+)”", here)
    assert texts
    assert [text for text in texts if text not in said(CONNECTORS[section])] == []
