from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
import duckdb
import pytest
from click.testing import CliRunner

from warehouse_sync.cli import main
from warehouse_sync.demo import run
from warehouse_sync.demo.changes import week
from warehouse_sync.demo.project import ENVIRONMENT
from warehouse_sync.demo.shop import opened
from warehouse_sync.errors import ConfigError


@dataclass
class Told:
    """What a demo printed and how it ended."""

    code: int = -1
    lines: list[str] = field(default_factory=list)
    commands: list[tuple[str, int]] = field(default_factory=list)


def command(words: Sequence[str]) -> int:
    try:
        return int(main.main(list(words), prog_name="wsync", standalone_mode=False) or 0)
    except click.exceptions.Exit as end:
        return end.exit_code


def play(rows: int, folder: Path | None = None, wsync: Callable[[Sequence[str]], int] = command) -> Told:
    told = Told()

    def noted(words: Sequence[str]) -> int:
        code = wsync(words)
        told.commands.append((words[0], code))
        return code

    told.code = run(rows, folder, wsync=noted, say=told.lines.append)
    return told


def test_the_demo_ends_with_the_audience_that_the_table_asks_for(capsys: pytest.CaptureFixture[str]) -> None:
    told = play(600)
    assert told.code == 0
    assert [line for line in told.lines if line.startswith("   yes")] == told.lines[-6:-2]
    assert "blocked" in capsys.readouterr().out


def test_the_demo_runs_the_commands_in_the_order_of_its_story() -> None:
    told = play(130)
    assert told.commands == [
        *(("run", 6), ("plan", 0), ("run", 6), ("log", 0), ("log", 0), ("status", 0)),
        *(("run", 4), ("run", 6)),
    ]


def test_the_smallest_shop_has_a_demo_too() -> None:
    assert play(50).code == 0


def test_fewer_rows_are_refused() -> None:
    with pytest.raises(ConfigError, match="at least 50 rows"):
        play(49)


def test_a_folder_of_ones_own_is_kept_with_the_project(tmp_path: Path) -> None:
    told = play(60, tmp_path / "shop")
    assert told.code == 0
    assert {path.name for path in (tmp_path / "shop").iterdir()} >= {"wsync.yml", "syncs", "shop.duckdb"}
    assert any(str(tmp_path / "shop") in line for line in told.lines)


def test_a_folder_with_files_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match="not empty"):
        play(60, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_the_demo_leaves_no_variable_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACEBOOK_TOKEN", "mine")
    monkeypatch.delenv("FACEBOOK_URL", raising=False)
    play(50, wsync=lambda _words: 3)
    assert [os.environ.get(name) for name in ENVIRONMENT] == ["mine", None]


def test_a_command_that_ends_unexpectedly_ends_the_demo_with_its_code() -> None:
    told = play(50, wsync=lambda _words: 3)
    assert told.code == 3
    assert "exit code 3" in told.lines[-1]


def test_the_shop_is_the_same_every_time() -> None:
    assert list(opened(200).rows()) == list(opened(200).rows())


def test_the_table_has_as_many_rows_as_were_asked_for() -> None:
    assert [sum(1 for _ in opened(rows).rows()) for rows in (50, 777, 3000)] == [50, 777, 3000]


def test_the_shop_has_every_kind_of_mess() -> None:
    rows = list(opened(3000).rows())
    keys = [each.customer_id for each in rows]
    assert keys.count(None) == 2
    assert len(keys) - len(set(keys)) == 3
    assert any(not (each.first_name or "").isascii() for each in rows)
    assert any((each.email or "") != (each.email or "").strip() for each in rows)
    assert any(each.email is None for each in rows)
    assert any(each.email and not each.true_email for each in rows)
    assert any((each.phone or "").startswith("00") for each in rows)


def test_only_invented_addresses_are_used() -> None:
    shop = opened(3000)
    week(shop)
    addresses = [each.true_email for each in shop.rows() if each.true_email]
    assert {address.rpartition("@")[2] for address in addresses} == {"example.com", "example.org", "example.net"}


def test_households_share_a_telephone_and_one_of_them_leaves() -> None:
    shop = opened(600)
    homes = {second: first for first, second in shop.households}
    assert all(shop.customers[a].true_phone == shop.customers[b].true_phone for a, b in shop.households)
    passed = week(shop)
    for key in passed.parted:
        assert key not in shop.customers
        assert homes[key] in shop.customers
    assert passed.shared_phones <= shop.wanted()


def test_a_week_changes_less_than_the_guards_allow() -> None:
    shop = opened(3000)
    before = len(shop.customers)
    passed = week(shop)
    assert len(passed.left) + len(passed.parted) < before / 5
    assert len(passed.moved) + len(passed.cleared) + len(passed.corrected) < before / 2
    assert all(len(kind) > 0 for kind in (passed.left, passed.joined, passed.moved, passed.parted, passed.cleared))


def test_the_table_holds_what_the_shop_says(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    play(80, folder, wsync=lambda _words: 3)
    with duckdb.connect(str(folder / "shop.duckdb"), read_only=True) as connection:
        stored = connection.execute("select * from customers").fetchall()
    assert sorted(stored, key=repr) == sorted((each.cells() for each in opened(80).rows()), key=repr)


def test_the_demo_as_json_is_one_document_with_every_answer() -> None:
    told = json.loads(CliRunner().invoke(main, ["demo", "--rows", "60", "--json"], catch_exceptions=False).stdout)
    answers = {each["command"][1]: each["answer"] for each in told["story"] if "command" in each}
    assert told["exit_code"] == 0
    assert answers["plan"]["status"] == "planned"
    assert set(answers) == {"run", "plan", "log", "status"}
    assert any(each.get("said", "").startswith("yes") for each in told["story"])
