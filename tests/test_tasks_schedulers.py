"""What a warehouse is given so that it runs a task by itself; `WSYNC_GOLDEN=write` renews `tests/golden/tasks/`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.emulators.googlesql import Judge
from tests.golden_case import RUN, VALUES, ledger
from tests.tasked import Tasked
from tests.test_tasks import FIRST, Make, begun, make  # noqa: F401 - a fixture
from warehouse_sync import adapters
from warehouse_sync.adapters import TaskScript, postgres_session, schedulers, snowflake_session
from warehouse_sync.compiling import task_text
from warehouse_sync.errors import ConfigError
from warehouse_sync.ledger import task_script
from warehouse_sync.ledger.source import describe_source

GOLDEN = Path(__file__).parent / "golden" / "tasks"
FIELDS = ("EMAIL", "PHONE", "CITY")
WITH_TASKS = [name for name in adapters.BUILT_IN if adapters.dialect(name).task]


@dataclass(frozen=True)
class Settings:
    """As much of a `warehouse:` block as the schedulers look at."""

    path: str = "shop.duckdb"
    warehouse: str = "COMPUTE_WH"


@pytest.mark.parametrize("name", WITH_TASKS)
def test_what_a_warehouse_is_given_is_what_was_reviewed(name: str) -> None:
    path = GOLDEN / name / "task.sql"
    text = task_text(ledger(name), FIELDS, Settings())
    if os.environ.get("WSYNC_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_every_warehouse_of_ours_runs_tasks() -> None:
    assert list(adapters.BUILT_IN) == WITH_TASKS
    assert {path.name for path in GOLDEN.iterdir()} == set(adapters.BUILT_IN)


def test_a_warehouse_that_has_no_tasks_says_so() -> None:
    made = ledger("duckdb")
    made.warehouse.dialect = replace(made.warehouse.dialect, task=None)
    with pytest.raises(ConfigError, match="warehouse duckdb has no tasks"):
        task_script.script(made, FIELDS)


def test_the_engine_that_a_task_notes_is_the_one_that_a_run_knows(make: Make) -> None:  # noqa: F811
    tasked = make()
    tasked.source([])
    with tasked.ledger() as opened:
        scheduler = opened.warehouse.dialect.task
        assert scheduler is not None
        engine = opened.warehouse.engine
    assert tasked.by_hand(f"select {scheduler.engine}") == [(engine,)]


def test_a_tasks_session_is_pinned_as_a_runs_is(make: Make) -> None:  # noqa: F811
    """Whatever the role's own settings are, times have one spelling, and fingerprints come out alike."""
    tasked = make()
    tasked.source(FIRST[:4])
    moment = "timestamptz '2026-11-22 13:00:00+00'"
    tasked.by_hand(f"alter table {tasked.schema}.people alter column city type timestamptz using {moment}")
    tasked.run()
    if tasked.server:
        tasked.by_hand(
            "alter role current_user set datestyle = 'German'", "alter role current_user set timezone = 'Asia/Tokyo'"
        )
    try:
        tasked.task()
    finally:
        if tasked.server:
            tasked.by_hand("alter role current_user reset all")
    assert tasked.marker() == [("ready", 0, 0)]


def test_sessions_are_pinned_to_what_the_adapters_pin() -> None:
    postgres = {**postgres_session.PINNED}
    del postgres["client_min_messages"]  # says nothing about values
    assert postgres == schedulers.POSTGRES_PINS
    snowflake = {name: "FALSE" if value is False else value for name, value in snowflake_session.SESSION.items()}
    del snowflake["AUTOCOMMIT"], snowflake["ABORT_DETACHED_QUERY"]  # a task has no client
    assert snowflake == schedulers.SNOWFLAKE_PINS


def message_of(job: str) -> str:
    """The text that pg_cron sends, out of the call that schedules it."""
    found = re.search(r"select cron\.schedule\('[^']+', '[^']+', (\$\w+\$)\n(?P<body>.*)\1\);\n$", job, re.DOTALL)
    assert found
    return found["body"]


def compiled(tasked: Tasked) -> str:
    with tasked.ledger() as opened:
        return task_text(describe_source(opened), FIELDS)


def test_what_pg_cron_sends_in_one_message_is_taken_over_or_never_was(postgres: dict[str, Any], tmp_path: Path) -> None:
    tasked = begun(Tasked(tmp_path, postgres))
    body = message_of(compiled(tasked))
    with pytest.raises(psycopg.Error):
        tasked.by_hand(body + "select 1 / 0")
    assert tasked.left() == set()
    tasked.by_hand(body)
    assert tasked.run().prepared_at is not None
    assert set(tasked.mirror()) == {"1", "3", "4", "7"}


def test_duckdbs_script_runs_as_it_is_written(tmp_path: Path) -> None:
    tasked = begun(Tasked(tmp_path))
    tasked.by_hand(compiled(tasked))
    assert tasked.run().prepared_at is not None


def a_script(cron: str = "47 * * * *", *statements: str) -> TaskScript:
    return TaskScript("buyers", "task_buyers", "wsync", cron, statements or ("select 1",))


def test_a_source_that_quotes_with_dollars_does_not_end_the_quotation() -> None:
    told = "select $wsync$ from t where a = '$$'"
    assert message_of(schedulers.postgres(a_script("0 * * * *", told))) == f"{told};\n"
    assert schedulers.snowflake(a_script("0 * * * *", "select '$$' || 'a\\b'")).count("$$") == 1
    assert "EXECUTE IMMEDIATE\n'\nBEGIN\nselect ''$$'' || ''a\\\\b'';\nEND;\n';" in schedulers.snowflake(
        a_script("0 * * * *", "select '$$' || 'a\\b'")
    )


def test_a_snowflake_task_without_a_warehouse_is_serverless() -> None:
    assert "WAREHOUSE =" not in schedulers.snowflake(a_script())


BIGQUERY: Mapping[str, str | None] = {
    "47 * * * *": "every 1 hours",
    "8 */6 * * *": "every 6 hours",
    "5 6 * * *": "every day 06:05",
    "*/15 * * * *": None,
    "5 6 * * mon": None,
    "5 6,18 * * *": None,
}


@pytest.mark.parametrize("cron", BIGQUERY)
def test_cron_in_the_words_of_bigquery(cron: str) -> None:
    assert schedulers.every(cron) == BIGQUERY[cron]
    text = schedulers.bigquery(a_script(cron))
    assert (f'"{BIGQUERY[cron]}"' if BIGQUERY[cron] else f"{cron} (cron, UTC)") in text


EVENTBRIDGE = {
    "47 * * * *": ["cron(47 * * * ? *)"],
    "0 6 1 jan *": ["cron(0 6 1 JAN ? *)"],
    "0 6 * * 1-5": ["cron(0 6 ? * MON-FRI *)"],
    "0 6 * * 0,7": ["cron(0 6 ? * SUN,SUN *)"],
    "0 6 * * mon/2": ["cron(0 6 ? * MON/2 *)"],
    "0 6 1 * fri": ["cron(0 6 1 * ? *)", "cron(0 6 ? * FRI *)"],
}


@pytest.mark.parametrize("cron", EVENTBRIDGE)
def test_cron_as_eventbridge_writes_it(cron: str) -> None:
    assert schedulers.eventbridge(cron) == EVENTBRIDGE[cron]
    assert all(each in schedulers.redshift(a_script(cron)) for each in EVENTBRIDGE[cron])


def test_redshift_takes_the_script_in_one_batch() -> None:
    """docs.aws.amazon.com/redshift-data, BatchExecuteStatement: at most 40 statements."""
    dialect = adapters.dialect("redshift") if "redshift" in adapters.BUILT_IN else adapters.dialect("postgres")
    statements = task_script.script(ledger(dialect.name), FIELDS)
    assert len(statements) + len(schedulers.REDSHIFT.session) <= 40


def test_bigquerys_script_passes_the_analyzer() -> None:
    made, judge = ledger("bigquery"), Judge("project")
    judge("CREATE TABLE main.people (id INT64, email STRING, phone STRING, city STRING)")
    for name in ("state/syncs", "state/runs", "state/sync_log", "state/suppressed", "state/mirror"):
        judge(made.text(name, RUN, **VALUES))
    for name in ("run/empty_baseline", "settle/baseline_view"):
        empty = {"snapshot": made.tables.table(made.tables.of_run("empty", RUN.id))}
        judge(made.text(name, RUN, tables=empty, **VALUES))
    statements = task_script.script(made, FIELDS)
    for _, sql in statements:
        judge(sql)
    for name in ("task/marker", "task/adopt", "task/adopted"):
        judge(made.text(name, RUN, **VALUES))
    assert judge.accepted == len(statements) + 11
