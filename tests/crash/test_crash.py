"""The flagship: killed at every boundary, the next run converges, nothing leaks, nothing is falsely logged.

Each job runs in a warmed parent of its own (`warm.py`): this process may have opened databases and started threads.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.crash.losing import LOSING
from tests.crash.mutants import IN_SWEEPS, MUTANTS

FIRST_SEED = int(os.environ.get("WSYNC_SEED", "1"))
"""Of the random histories; each prints its own where it fails."""
STRIDE = os.environ.get("WSYNC_STRIDE", "9")
"""Of pairs of kills every so-manieth is tried; 1 tries all, which takes hours."""

MESSAGES = "12"
"""Of the messages to a server every so-manieth is one to die with, or to lose the line with; the sweep tries all."""

BOUNDARIES = "6"
"""Of the boundaries on PostgreSQL every so-manieth; the sweep tries all, as this file does on duckdb."""

ROOT = Path(__file__).parents[2]
PATIENCE = 6 * 3600
"""Seconds after which a job is believed to hang."""


def job(*arguments: str, on: Mapping[str, str | int] | None = None) -> dict[str, Any]:
    """What one job of the warmed parent found: on duckdb, or on this PostgreSQL."""
    where = "duckdb" if on is None else json.dumps(on)
    ended = subprocess.run(
        [sys.executable, "-m", "tests.crash.warm", where, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        timeout=PATIENCE,
        check=True,
        text=True,
    )
    return dict(json.loads(ended.stdout.splitlines()[-1]))


Server = dict[str, str | int]


@pytest.fixture(scope="module")
def turns() -> list[dict[str, Any]]:
    """The scenario's turns, nobody killed."""
    return list(job("uncrashed")["turns"])


@pytest.fixture(scope="module")
def postgres_turns(postgres: Server) -> list[dict[str, Any]]:
    """The same on a PostgreSQL."""
    return list(job("uncrashed", on=postgres)["turns"])


HAPPENS = (
    (0, ["1", "insert", "succeeded", "new"]),
    (0, ["7", "insert", "failed", "new"]),  # a rejected row
    (1, ["2", "delete", "succeeded", "gone"]),
    (1, ["4", "insert", "succeeded", "repaired"]),  # it shares its phone with 2
    (1, ["5", "delete", "failed", "gone"]),  # a refused removal
    (1, ["3", "delete", "succeeded", "rekeyed"]),
    (1, ["3", "insert", "succeeded", "rekeyed"]),
    (2, ["5", "delete", "succeeded", "gone"]),
    (2, ["10", "insert", "in_doubt", "new"]),  # its answer is lost
    (2, ["12", "insert", "aborted", "new"]),  # the upload stopped before it
)


def test_the_scenario_has_what_it_is_for(turns: list[dict[str, Any]]) -> None:
    assert [turn["violations"] for turn in turns] == [[], [], []]
    assert [turn["status"] for turn in turns] == ["partial", "partial", "stopped"]
    assert [(turn, line) for turn, line in HAPPENS if line not in turns[turn]["log"]] == []


def test_on_postgres_the_same_happens_and_is_logged(
    turns: list[dict[str, Any]], postgres_turns: list[dict[str, Any]]
) -> None:
    assert [turn["violations"] for turn in postgres_turns] == [[], [], []]
    assert [(turn["status"], turn["log"]) for turn in postgres_turns] == [
        (turn["status"], turn["log"]) for turn in turns
    ]


def test_on_postgres_no_message_goes_out_between_statements(postgres_turns: list[dict[str, Any]]) -> None:
    assert [turn["unnamed"] for turn in postgres_turns] == [[], [], []]


def test_no_statement_and_no_request_bypasses_the_port(turns: list[dict[str, Any]]) -> None:
    assert [turn["port"] for turn in turns] == [turn["counted"] for turn in turns]


def test_killed_at_any_boundary_the_next_run_converges_and_nothing_leaks_or_is_falsely_logged() -> None:
    found = job("sweep")
    assert found["points"] > 400
    assert found["violations"] == []


def test_on_postgres_killed_at_many_a_boundary_or_while_the_server_works_the_next_run_converges(
    postgres: Server,
) -> None:
    found = job("sweep", MESSAGES, BOUNDARIES, on=postgres)
    assert found["points"] > 80
    assert found["violations"] == []


def test_a_line_to_postgres_that_breaks_with_a_message_just_sent_changes_nothing(postgres: Server) -> None:
    found = job("cuts", "0", MESSAGES, on=postgres)
    assert found["points"] > 15
    assert found["violations"] == []


def test_on_postgres_a_dead_run_keeps_the_sync_until_its_lease_is_over(postgres: Server) -> None:
    assert job("leases", on=postgres)["violations"] == []


def test_errors_under_the_weakest_rules_of_each_warehouse_change_nothing() -> None:
    found = job("errors")
    print(found["warehouses"])
    assert list(found["warehouses"]) == ["snowflake", "bigquery", "redshift", "postgres"]
    assert found["violations"] == []


def test_a_statement_that_bypasses_the_port_is_noticed() -> None:
    assert any(turn["port"] != turn["counted"] for turn in job("bypassed")["turns"])


def test_random_histories_converge() -> None:
    print(f"seeds {FIRST_SEED} to {FIRST_SEED + 99}; WSYNC_SEED sets the first")
    assert job("histories", str(FIRST_SEED), "100")["violations"] == []


def test_random_histories_converge_on_postgres(postgres: Server) -> None:
    print(f"seeds {FIRST_SEED} to {FIRST_SEED + 7}; WSYNC_SEED sets the first")
    assert job("histories", str(FIRST_SEED), "8", on=postgres)["violations"] == []


def test_what_is_rare_is_right_too() -> None:
    assert job("rare")["violations"] == []


@pytest.mark.parametrize(
    "broken", [pytest.param(name, marks=pytest.mark.sweep if name in IN_SWEEPS else ()) for name in MUTANTS]
)
def test_an_engine_broken_on_purpose_is_noticed(broken: str) -> None:
    assert job("mutant", broken)["noticed"]


@pytest.mark.parametrize("broken", LOSING)
def test_what_makes_a_lost_answer_harmless_is_needed(broken: str) -> None:
    assert job("mutant", broken)["noticed"]


@pytest.mark.sweep
def test_a_thousand_histories_converge() -> None:
    assert job("histories", str(FIRST_SEED + 100), "1000")["violations"] == []


@pytest.mark.sweep
def test_killed_again_while_it_recovers_it_converges_all_the_same() -> None:
    assert job("pairs", STRIDE)["violations"] == []


@pytest.mark.sweep
def test_a_thousand_histories_converge_on_postgres(postgres: Server) -> None:
    assert job("histories", str(FIRST_SEED + 8), "1000", on=postgres)["violations"] == []


@pytest.mark.sweep
def test_every_story_of_errors_at_every_call_changes_nothing() -> None:
    found = job("errors", "all")
    print(found["warehouses"])
    assert found["violations"] == []


@pytest.mark.sweep
def test_errors_in_the_small_and_rare_scenarios_change_nothing() -> None:
    found = job("small_errors")
    print(found["warehouses"])
    assert found["violations"] == []


@pytest.mark.sweep
def test_what_is_rarer_is_right_too() -> None:
    assert job("rare", "all")["violations"] == []


@pytest.mark.sweep
def test_what_is_rare_is_right_on_postgres_too(postgres: Server) -> None:
    assert job("rare", "all", on=postgres)["violations"] == []


@pytest.mark.sweep
def test_killed_while_postgres_works_on_any_message_the_next_run_converges(postgres: Server) -> None:
    assert job("sweep", on=postgres)["violations"] == []


@pytest.mark.sweep
def test_a_line_to_postgres_that_breaks_with_any_message_changes_nothing(postgres: Server) -> None:
    assert job("cuts", on=postgres)["violations"] == []
