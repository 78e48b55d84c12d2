"""`wsync run` from project files in which only the `warehouse:` block differs: the shared scenario, in the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.places import Place
from tests.places.project import Shop, shop
from tests.scenario import FIRST, FIRST_LOG, MEMBERS, SECOND, SECOND_LOG
from warehouse_sync.cli import main


@pytest.fixture
def made(place: Place, tmp_path: Path) -> Iterator[Shop]:
    folder = tmp_path / "project"
    folder.mkdir()
    with shop(folder, place) as opened:
        opened.sandbox.refuse(hashed("refused@example.com"), kind="add")
        yield opened


def hashed(value: str) -> str:
    return sha256(value.lstrip("+").encode()).hexdigest()


def wsync(shop: Shop, *words: str, code: int = 0) -> Any:
    """What a command tells as JSON."""
    result = CliRunner().invoke(main, [*words, "--json", "--project-dir", str(shop.folder)], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def cycle(shop: Shop, rows: tuple[Any, ...], code: int) -> list[Any]:
    """A run over these rows, and its log."""
    shop.source(rows)
    (run,) = wsync(shop, "run", code=code)["runs"]
    with closing(shop.place.open()) as warehouse:
        return shop.place.log(warehouse, run["run_id"])


def test_two_runs_of_a_project_give_the_same_members_and_log_whatever_its_warehouse(made: Shop) -> None:
    refused = {("8", "bad_row"): "bad_request"}

    def as_told(log: list[Any]) -> list[Any]:
        return [(*line[:4], refused.get((line[0], line[4]), line[4])) for line in log]

    assert cycle(made, FIRST, 6) == as_told(FIRST_LOG)
    assert cycle(made, SECOND, 6) == as_told(SECOND_LOG)
    (audience,) = made.sandbox.summary()
    assert made.sandbox.members(audience.id) == {f"{name}:{hashed(value)}" for name, value in MEMBERS}


def test_every_look_of_the_command_line_works_on_every_warehouse(made: Shop) -> None:
    made.source(SECOND)
    assert [line for line in wsync(made, "check")["checks"] if not line["ok"]] == []
    assert wsync(made, "plan", "buyers", "--sample", "1")["plan"][0]["identities"] == len(SECOND)
    wsync(made, "run", code=6)
    assert wsync(made, "status")["syncs"][0]["members"] == {"member": len(SECOND) - 1, "rejected": 1}
    assert wsync(made, "explain", "buyers", "3")["members"][0]["state"] == "member"
    assert len(wsync(made, "log", "buyers", "--rows", "100")["log"]) == len(SECOND)
