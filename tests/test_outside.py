"""A destination of an outside package: the page that shows it, and a project that uses it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from tests.outside import FOLDER, MODULE, TOKEN, roster_is_installed, running
from warehouse_sync.cli import main
from warehouse_sync.config import load
from warehouse_sync.connectors import connector, names

__all__ = ["roster_is_installed"]

PAGE = (FOLDER.parent.parent / "docs" / "add-a-destination.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```(python|toml|sh)\n(.*?)```", PAGE, re.DOTALL))
PEOPLE = """
    create table customers (customer_id integer, email text);
    insert into customers values (1, ' Ada@Example.com'), (2, 'ben@example.com'), (3, 'nobody')
"""


def test_the_page_shows_the_package_as_it_is() -> None:
    assert BLOCKS["python"] == (FOLDER / f"{MODULE}.py").read_text(encoding="utf-8")
    assert BLOCKS["toml"] == (FOLDER / "pyproject.toml").read_text(encoding="utf-8")


def test_the_example_is_shorter_than_eighty_lines() -> None:
    assert BLOCKS["python"].count("\n") < 80


def test_it_is_found_by_its_entry_point() -> None:
    assert "roster" in names()
    assert connector("roster").label == "Roster"


@pytest.mark.sweep
def test_pip_installs_it_and_the_commands_know_it(tmp_path: Path) -> None:
    package, site = tmp_path / "package", tmp_path / "site"
    shutil.copytree(FOLDER, package)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(package)]
    subprocess.run(pip, check=True, capture_output=True)
    said = "from warehouse_sync.connectors import connector; print(connector('roster').label)"
    path = os.pathsep.join([str(site), str(FOLDER.parent.parent)])
    told = subprocess.run(
        [sys.executable, "-c", said], check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert told.stdout == "Roster\n"


def project(folder: Path) -> Path:
    """The project of the page."""
    wsync, buyers = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (folder / "syncs").mkdir()
    (folder / "wsync.yml").write_text(wsync)
    (folder / "syncs" / "buyers.yml").write_text(buyers)
    return folder


def test_the_project_of_the_page_is_one_without_warnings(tmp_path: Path) -> None:
    found = load(project(tmp_path), {"ROSTER_TOKEN": TOKEN})
    assert [(sync.name, sync.connector) for sync in found.syncs] == [("buyers", "roster")]
    assert [warning for warning in found.warnings if "ROSTER_TOKEN" not in warning] == []


def test_people_are_added_changed_and_removed_by_the_ordinary_commands(tmp_path: Path) -> None:
    path = project(tmp_path) / "wsync.yml"
    wsync = CliRunner()
    with running() as roster:
        path.write_text(f"{path.read_text()}    base_url: {roster.url}\n")
        with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
            connection.execute(PEOPLE)
        for command, code in ((["check"], 0), (["run"], 6)):
            told = wsync.invoke(main, [*command, "--project-dir", str(tmp_path)], env={"ROSTER_TOKEN": TOKEN})
            assert told.exit_code == code, told.output
        assert roster.members("4711") == {hashed("ada@example.com"), hashed("ben@example.com")}
        with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
            connection.execute("delete from customers where customer_id = 2")
            connection.execute("update customers set email = 'ada@example.org' where customer_id = 1")
        wsync.invoke(main, ["run", "--project-dir", str(tmp_path)], env={"ROSTER_TOKEN": TOKEN})
        assert roster.members("4711") == {hashed("ada@example.org")}


def hashed(email: str) -> str:
    return f"email:{sha256(email.encode()).hexdigest()}"
