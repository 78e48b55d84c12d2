"""`wsync init`: a project for each kind of destination, that loads and runs as it stands."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from warehouse_sync.cli import main
from warehouse_sync.cli.projects import DESTINATIONS
from warehouse_sync.config import load
from warehouse_sync.connectors import BUILT_IN
from warehouse_sync.sandbox import TOKEN, Sandbox
from warehouse_sync.starting import BEGINNINGS

PEOPLE = """
    create table customers (customer_id integer, email text, phone text, first_name text, last_name text);
    insert into customers values (1, 'ada@example.com', '+44 7700 900001', 'Ada', 'Whitfield'),
                                 (2, 'ben@example.com', '+44 7700 900002', 'Ben', 'Whitfield')
"""
ENTRIES = {"facebook": 2, "google": 2, "linkedin": 2, "tiktok": 4}
"""What two people are on the platform: two members, or at TikTok four ids."""
SANDBOX = {"WSYNC_ENV_SECRET_GOOGLE_CLIENT": "sandbox-secret", "WSYNC_ENV_SECRET_GOOGLE_TOKEN": "sandbox-refresh"}
HERE = "http://127.0.0.1:8321"


def environ(destination: str) -> dict[str, str]:
    return {f"WSYNC_ENV_SECRET_{destination.upper()}_TOKEN": TOKEN, **SANDBOX}


def begun(folder: Path, destination: str) -> Path:
    told = CliRunner().invoke(main, ["init", "--destination", destination, "--project-dir", str(folder)])
    assert told.exit_code == 0, told.output
    return folder


def test_every_destination_has_a_beginning() -> None:
    assert set(DESTINATIONS) == set(BEGINNINGS) == set(BUILT_IN)


@pytest.mark.parametrize("destination", DESTINATIONS)
def test_what_init_writes_is_a_project_without_warnings(tmp_path: Path, destination: str) -> None:
    project = load(begun(tmp_path, destination), environ(destination))
    assert [(sync.name, sync.connector) for sync in project.syncs] == [("example", destination)]
    assert project.warnings == ()


@pytest.mark.parametrize("destination", DESTINATIONS)
def test_the_settings_it_leaves_out_are_fitting_too(tmp_path: Path, destination: str) -> None:
    path = begun(tmp_path, destination) / "syncs" / "example.yml"
    text = path.read_text()
    path.write_text(text.replace("# options", "options").replace("# schedule", "schedule"))
    (sync,) = load(tmp_path, environ(destination)).syncs
    assert sync.schedule == {"every": "1 hour"}


@pytest.mark.parametrize("destination", [name for name in DESTINATIONS if HERE in BEGINNINGS[name].settings])
def test_it_runs_against_the_sandbox_as_it_stands(tmp_path: Path, destination: str) -> None:
    path = begun(tmp_path, destination) / "wsync.yml"
    with Sandbox.start() as sandbox:
        path.write_text(path.read_text().replace(HERE, sandbox.url))
        with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
            connection.execute(PEOPLE)
        for command in ("check", "run"):
            told = CliRunner().invoke(main, [command, "--project-dir", str(tmp_path)], env=environ(destination))
            assert told.exit_code == 0, told.output
        (audience,) = sandbox.summary()
        assert (audience.name, audience.entries) == ("Customers", ENTRIES[destination])


def test_an_http_project_shows_its_requests(tmp_path: Path) -> None:
    begun(tmp_path, "http")
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"customer_id": 1, "email": "Ada@Example.com"}\n')
    words = ["preview", "example", "--rows", str(rows), "--json", "--project-dir", str(tmp_path)]
    told = CliRunner().invoke(main, words, env=environ("http"))
    (request,) = json.loads(told.stdout)["requests"]
    assert request["url"] == "https://api.example.com/v2/lists/4711/members"
    assert [member["id"] for member in request["body"]["members"]] == [1]


def test_a_destination_that_is_not_there_is_refused(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["init", "--destination", "acme", "--project-dir", str(tmp_path)])
    assert told.exit_code == 2
    assert "facebook" in told.output
