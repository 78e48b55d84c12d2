"""docs/dbt.md, typed into a terminal with a real dbt: build, run, and what the gate does when dbt fails."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.emulators import dbt
from tests.test_docs import ROOT, TABLES, alike, blocks, section, shell, typed
from warehouse_sync.sandbox import Sandbox

__all__ = ["shell"]

PAGE = (ROOT / "docs" / "dbt.md").read_text(encoding="utf-8")
FAILING = ((r"^wsync run$", "wsync run || test $? -eq 6 -o $? -eq 7"), (r"^(dbt build.*)$", r"\1 || test $? -eq 1"))


@pytest.fixture
def terminal(tmp_path: Path, shell: tuple[Sandbox, dict[str, str]]) -> tuple[Sandbox, dict[str, str]]:
    """The environment of a user who has dbt, too, and none of its settings."""
    program = tmp_path / "bin" / "dbt"
    program.write_text(f'#!/bin/sh\nunset PYTHONPATH\nexec "{dbt.program()}" "$@"\n')
    program.chmod(0o755)
    sandbox, environment = shell
    mine = {key: value for key, value in environment.items() if not key.startswith("DBT_")}
    return sandbox, {**mine, **dbt.QUIET, "HOME": str(tmp_path)}


def test_the_page_takes_a_dbt_user_from_nothing_to_gated_syncs(
    tmp_path: Path, terminal: tuple[Sandbox, dict[str, str]]
) -> None:
    subprocess.run(["cp", "-r", str(ROOT / "examples" / "shop"), str(tmp_path / "shop")], check=True)
    tour = section(PAGE, "Ten minutes")
    script = "".join(blocks(tour, "sh"))
    for line, softened in FAILING:
        script = re.sub(line, softened, script, flags=re.MULTILINE)
    shown = alike(typed(script, tmp_path / "shop", terminal))
    missing = [line for block in blocks(tour, "text") for line in alike(block) if line not in shown]
    assert not missing, "\n".join(shown)
    tokens = {each.name: each.tokens for each in terminal[0].summary()}
    assert tokens == {"Shop customers": {"EMAIL": 9, "PHONE": 9}, "Best customers": {"EMAIL": 4, "PHONE": 4}}
    failures, fields, members = answered(tmp_path / "shop" / "shop.duckdb")
    assert [(code, number) for code, _reason, number in failures] == [("no_valid_identifier", 1)]
    assert fields == [("EMAIL: email_invalid; PHONE: phone_invalid", 3)]
    assert {key for (key,) in members} == {"1", "3", "4", "5", "6", "7", "8", "9", "11", "13"}
    assert gated(tmp_path / "shop" / "shop.duckdb") == [
        ("best_customers", "dbt_model_skipped"),
        ("customers", "dbt_test_failed"),
    ]


def answered(database: Path) -> Iterator[list[tuple[Any, ...]]]:
    """The answers to the questions of the page about the tables, the last one asked for a day to come."""
    with duckdb.connect(str(database), read_only=True) as connection:
        for query in blocks(TABLES, "sql"):
            yield connection.execute(query.replace("2026-11-22", "2100-01-01")).fetchall()


def gated(database: Path) -> list[tuple[str, str]]:
    """What the gate stopped, each once; every other run knows the invocation of dbt that it followed."""
    with duckdb.connect(str(database), read_only=True) as connection:
        runs = "select distinct connection_id, error_code from wsync.runs where status = 'skipped' order by 1, 2"
        assert connection.execute("select count(*) from wsync.runs where dbt_invocation_id is null").fetchall() == [
            (0,)
        ]
        return connection.execute(runs).fetchall()


def test_the_commands_of_the_example_are_those_of_the_page() -> None:
    readme = (ROOT / "examples" / "shop" / "README.md").read_text(encoding="utf-8")
    told = [line for block in blocks(readme, "sh") for line in block.splitlines()]
    assert [line for line in told if line not in re.split(r"\n", PAGE)] == []
