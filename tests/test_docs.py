from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import click
import pytest
import sqlglot
from sqlglot import exp

from warehouse_sync.cli import main
from warehouse_sync.config.tables import models
from warehouse_sync.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TABLES = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "destinations").glob("*.md")),
    *sorted((ROOT / "examples").rglob("*.md")),
    *sorted((ROOT / "integrations").rglob("*.md")),
)
STATE = ROOT / "sql" / "state"
pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


# the tour


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def section(text: str, title: str) -> str:
    return text.split(f"\n## {title}", 1)[1].split("\n## ", 1)[0]


def alike(text: str) -> list[str]:
    """Lines without what differs each time: run ids, and the width of columns."""
    told = re.sub(r"\b\d{14}[0-9a-f]{4}\b", "RUN", text)
    return [" ".join(line.split()) for line in told.splitlines() if line.strip()]


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[tuple[Sandbox, dict[str, str]]]:
    """A platform, and the environment of a user who has `wsync` on the path."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    for name, arguments in {"wsync": "-m wsync_here", "python": ""}.items():
        (bin_ / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
        (bin_ / name).chmod(0o755)
    (bin_ / "wsync_here.py").write_text("from warehouse_sync.cli import main\nmain(prog_name='wsync')\n")
    paths = {"PATH": f"{bin_}:{os.environ['PATH']}", "PYTHONPATH": f"{ROOT}:{bin_}", "TERM": "dumb"}
    with Sandbox.start() as sandbox:
        yield sandbox, {**os.environ, **paths}


def typed(script: str, folder: Path, shell: tuple[Sandbox, dict[str, str]]) -> str:
    """What a terminal shows for these lines; the platform listens where the test put it."""
    sandbox, environment = shell
    port = sandbox.url.rpartition(":")[2]
    moved = f"sed -i.before 's/8321/{port}/' wsync.yml"
    script = "\n".join(moved if line == "wsync sandbox" else line for line in script.splitlines())
    ended = subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def test_the_tour_of_the_readme_works_as_told(tmp_path: Path, shell: tuple[Sandbox, dict[str, str]]) -> None:
    tour = section(README, "Ten minutes")
    shown = alike(typed("\n".join(blocks(tour, "sh")), tmp_path, shell))
    missing = [line for block in blocks(tour, "text") for line in alike(block) if line not in shown]
    assert not missing, "\n".join(shown)
    (audience,) = shell[0].summary()
    assert (audience.name, audience.tokens) == ("Customers", {"EMAIL": 5, "PHONE": 3})


def test_the_two_commands_of_the_readme_are_one_line_each() -> None:
    demo, tests = blocks(section(README, "Two commands"), "sh")
    assert [demo.count("\n"), tests.count("\n")] == [1, 1]
    assert demo.endswith(".venv/bin/wsync demo\n")
    assert re.search(r"\.venv/bin/pytest( |\n)", tests)


def test_the_readme_is_short() -> None:
    assert README.count("\n") <= 200
    assert (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").count("\n") < 120


# commands and exit codes


def commands(group: click.Group, before: str = "wsync") -> dict[str, click.Command]:
    """Every command by its words."""
    found = dict[str, click.Command]()
    for name, command in group.commands.items():
        words = f"{before} {name}"
        found |= commands(command, words) if isinstance(command, click.Group) else {words: command}
    return found


def test_every_command_is_in_the_readme() -> None:
    table = section(README, "Commands")
    assert [words for words in commands(main) if f"`{words}" not in table] == []


@pages
def test_no_page_names_a_command_or_option_that_is_not_there(page: Path) -> None:
    known = commands(main)
    text = page.read_text(encoding="utf-8")
    code = [*re.findall(r"`(wsync [a-z][^`\n]*)`", text), *re.findall(r"^(wsync [a-z].*)$", text, re.MULTILINE)]
    for line in code:
        words = max((words for words in known if f"{line} ".startswith(f"{words} ")), key=len, default=None)
        assert words is not None, line
        options = {option for parameter in known[words].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z][a-z-]*", line)) <= options | {"--help"}, line


def test_the_exit_codes_are_those_that_the_help_names() -> None:
    listed = re.findall(r"^\| ([0-9, ]+) \|", section(README, "Exit codes"), re.MULTILINE)
    codes = {int(code) for line in listed for code in line.split(",")}
    told = (main.help or "").split("Exit codes:")[1]
    assert codes == {int(code) for code in re.findall(r"\b\d+\b", told)}


# the tables


def columns(path: Path) -> list[str]:
    """The columns of the table or view that a statement creates."""
    tree = sqlglot.parse_one(path.read_text(encoding="utf-8"), read="duckdb")
    if not isinstance(tree, exp.Create):
        return []
    if isinstance(tree.this, exp.Schema):
        return [column.name for column in tree.this.find_all(exp.ColumnDef)]
    return list(tree.expression.named_selects)


DOCUMENTED = {path.stem: columns(path) for path in sorted(STATE.glob("*.sql"))}


@pytest.mark.parametrize("table", [name for name, found in DOCUMENTED.items() if found not in ([], ["*"])])
def test_every_column_is_documented_and_no_other(table: str) -> None:
    part = re.split(rf"^##+ {table}$", TABLES, flags=re.MULTILINE)[1]
    part = re.split(r"^##+ ", part, flags=re.MULTILINE)[0]
    cells = re.findall(r"^\| (`.*?) \|", part, re.MULTILINE)
    assert re.findall(r"`([a-z_0-9]+)`", " ".join(cells)) == DOCUMENTED[table]


# generated parts, links, names


def test_the_generated_parts_are_those_of_the_code() -> None:
    build = runpy.run_path(str(ROOT / "docs" / "build.py"))
    for name in build["PAGES"]:
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert build["built"](text, name) == text, "renew it: python docs/build.py"


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pages
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


def test_the_settings_named_for_users_of_other_products_are_there() -> None:
    page = (ROOT / "docs" / "destinations" / "facebook.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| .+? \| (.+) \|$", section(page, "Coming from another product"), re.MULTILINE)[1:]
    named = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}
    assert len(rows) == 18
    assert named <= {setting for model in models().values() for setting in model.model_fields}


QUESTIONS = """
    Where can I find the ad account ID?
    Where can I find the access token?
    error code: 2650
    Which sync mode should I use?
    No audience is created, or existing ones do not show
    The audience is smaller than my table
    Are value-based lookalikes supported?
    Can I leave a field empty?
    Can I try it with one row?
    All rows fail
    I see another audience change
    appears to already be hashed
    appears to be unhashed
    I changed the mapping
"""


@pytest.mark.parametrize("question", dedent(QUESTIONS).strip().splitlines())
def test_every_question_of_the_other_products_documents_has_an_answer(question: str) -> None:
    page = (ROOT / "docs" / "faq.md").read_text(encoding="utf-8")
    assert [title for title in re.findall(r"^### (.+)$", page, re.MULTILINE) if question in title]


@pages
def test_no_line_is_wider_than_its_page_needs(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 122 and not line.startswith(("|", "-"))] == []
