"""What an installation without extras can do, and what it says of a driver that is not there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from importlib import metadata
from pathlib import Path
from typing import Any

import duckdb
import pytest
from packaging.requirements import Requirement

from tests.test_wheel import ROOT, wheel
from warehouse_sync.adapters import BUILT_IN
from warehouse_sync.sandbox import ACCOUNT, TOKEN, Sandbox

__all__ = ["wheel"]

BLOCKS: dict[str, dict[str, Any]] = {
    "postgres": {"host": "db.example.com", "user": "wsync", "dbname": "shop"},
    "redshift": {"host": "db.example.com", "user": "wsync", "password": "x", "dbname": "shop"},
    "snowflake": {"account": "a", "user": "u", "password": "x", "database": "SHOP", "warehouse": "W"},
    "bigquery": {"project": "shop-1"},
}
DRIVERS = ("psycopg", "snowflake", "google.cloud", "boto3")


def closure(requirements: list[str]) -> Iterator[metadata.Distribution]:
    """The installed packages that these requirements bring, extras left out, each once."""
    seen, waiting = set[str](), list(requirements)
    while waiting:
        wanted = Requirement(waiting.pop())
        if wanted.name in seen or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        seen.add(wanted.name)
        found = metadata.distribution(wanted.name)
        waiting += found.requires or []
        yield found


def told(wheel: Path) -> list[str]:
    """What the wheel says it needs."""
    inside = zipfile.ZipFile(wheel)
    (name,) = (name for name in inside.namelist() if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(inside.read(name).decode()).get_all("Requires-Dist", [])


@pytest.fixture(scope="module")
def plain(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of a fresh environment: the wheel and what it needs, linked from here, and no extra."""
    folder = tmp_path_factory.mktemp("plain")
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    for package in closure(told(wheel)):
        for top in {file.parts[0] for file in package.files or () if file.parts[0] != ".."} - {"__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(Path(str(package.locate_file(top))).resolve())
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "bin"


def project(folder: Path, block: dict[str, Any], url: str = "http://127.0.0.1:9") -> None:
    destination = {"type": "facebook", "ad_account_id": ACCOUNT, "access_token": TOKEN, "base_url": url}
    (folder / "wsync.yml").write_text(json.dumps({"warehouse": block, "destinations": {"meta": destination}}))
    sync = {
        "source": {"table": "shop.people"},
        "primary_key": "id",
        "destination": "meta",
        "audience": {"name": "Buyers"},
        "mapping": {"EMAIL": "email"},
    }
    (folder / "syncs").mkdir()
    (folder / "syncs" / "buyers.yml").write_text(json.dumps(sync))


def wsync(plain: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of that installation, from another folder than ours."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [plain / "wsync", *words], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )


def test_no_driver_is_there(plain: Path, tmp_path: Path) -> None:
    find = f"import importlib.util as u; print([n for n in {DRIVERS!r} if u.find_spec(n.partition('.')[0])])"
    done = subprocess.run(
        [plain / "python", "-I", "-c", find], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_without_extras_a_project_on_duckdb_lives(plain: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "house.duckdb")) as connection:
        connection.execute("create schema shop; create table shop.people (id integer, email text)")
        connection.execute("insert into shop.people values (1, 'ann@example.com')")
    assert "Exit codes" in wsync(plain, tmp_path, "--help").stdout
    with Sandbox.start() as sandbox:
        project(tmp_path, {"type": "duckdb", "path": "house.duckdb"}, sandbox.url)
        for command in ("check", "run"):
            done = wsync(plain, tmp_path, command)
            assert done.returncode == 0, done.stdout + done.stderr
        assert [each.entries for each in sandbox.summary()] == [1]


@pytest.mark.parametrize("name", BLOCKS)
def test_a_driver_that_is_missing_is_told_with_the_command_that_installs_it(
    plain: Path, tmp_path: Path, name: str
) -> None:
    project(tmp_path, {"type": name, **BLOCKS[name]})
    done = wsync(plain, tmp_path, "run")
    assert done.returncode == 2, done.stdout + done.stderr
    said = " ".join((done.stdout + done.stderr).split())
    assert f'pip install "warehouse-sync[{name}]"' in said
    assert "Traceback" not in said


def test_every_warehouse_but_duckdb_has_an_extra_of_its_name() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(BLOCKS) == set(BUILT_IN) - {"duckdb"} <= set(extras)


def test_neither_the_command_line_nor_the_adapters_facts_import_a_driver() -> None:
    facts = "from warehouse_sync import adapters; [adapters.dialect(n) for n in adapters.BUILT_IN]"
    for program, heavy in (
        ("import warehouse_sync.cli", (*DRIVERS, "duckdb", "sqlglot", "pydantic", "requests")),
        (f"{facts}; [adapters.settings_model(n) for n in adapters.BUILT_IN]", (*DRIVERS, "duckdb")),
    ):
        asked = f"import sys; {program}; print([n for n in {heavy!r} if n in sys.modules])"
        done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
        assert re.findall(r"'([^']+)'", done.stdout) == []
