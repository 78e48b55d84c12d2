"""Tasks through the command line: compiled, shown while they wait, told when they are taken over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.shop import BUYERS, Shop
from warehouse_sync.sandbox import Sandbox

FIRST = ((1, "ann@example.com", None, "Ulm"), (2, "bob@example.com", None, None))
SECOND = ((1, "ann@example.com", None, "Bonn"), (3, "cem@example.com", None, None))


@pytest.fixture
def shop(tmp_path: Path) -> object:
    with Sandbox.start() as sandbox:
        yield Shop(tmp_path, sandbox)


def scheduled(shop: Shop, name: str = "buyers") -> None:
    """The warehouse runs the file as it was written."""
    shop.sql((shop.folder / "target" / "wsync" / "tasks" / f"{name}.sql").read_text())


def begun(shop: Shop) -> None:
    shop.customers(*FIRST)
    shop.wsync("run")
    shop.wsync("compile", "--task", "buyers")
    shop.customers(*SECOND)


def test_a_task_is_compiled_shown_and_taken_over(shop: Shop) -> None:
    shop.customers(*FIRST)
    shop.wsync("run")
    path = shop.folder / "target" / "wsync" / "tasks" / "buyers.sql"
    assert shop.json("compile", "--task") == {"compiled": {"buyers": [str(path)]}}
    assert f"wrote {path}" in shop.wsync("compile", "--task").stdout
    assert "47 * * * * duckdb -bail" in path.read_text()
    shop.customers(*SECOND)
    scheduled(shop)
    status = shop.wsync("status").stdout
    assert re.search(r"buyers: the warehouse's task prepared 3 changed keys at .* UTC; the next run takes them", status)
    assert shop.json("status")["syncs"][0]["task"]["why"] is None
    done = shop.wsync("run").stdout
    assert "changes as the warehouse's task prepared them at" in done
    assert shop.json("status")["syncs"][0]["task"] is None
    assert shop.json("run")["runs"][0]["prepared_at"] is None
    (audience,) = shop.sandbox.summary()
    assert audience.tokens == {"EMAIL": 2}


def test_status_says_why_a_task_is_not_taken_over(shop: Shop) -> None:
    begun(shop)
    shop.sql("delete from customers")
    scheduled(shop)
    assert "the task's guard empty_source stopped it" in shop.wsync("status").stdout
    shop.customers(*SECOND)
    scheduled(shop)
    shop.sync("buyers", BUYERS.replace(", CT: city", ""))
    assert "the configuration changed since the task was compiled" in shop.wsync("status").stdout


def test_settings_of_a_task(shop: Shop) -> None:
    begun(shop)
    shop.sync("buyers", BUYERS + 'task: {cron: "5 4 * * *", max_age: 2 hours}\n')
    shop.wsync("compile", "--task")
    assert "5 4 * * * duckdb" in (shop.folder / "target" / "wsync" / "tasks" / "buyers.sql").read_text()
    scheduled(shop)
    shop.sql("update wsync.task_marker_buyers set prepared_at = prepared_at - interval 3 hour")
    assert "it is older than task.max_age" in shop.wsync("status").stdout


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        ("{max_age: off}", 'task.max_age: must be a period such as "12 hours" or "2 days"'),
        ("{max_age: 24h}", "task.max_age: must be a period such as"),
        ('{cron: "0 25 * * *"}', "task.cron:"),
    ],
)
def test_mistakes_in_the_settings_of_a_task(shop: Shop, block: str, complaint: str) -> None:
    shop.sync("buyers", BUYERS + f"task: {block}\n")
    assert complaint in shop.wsync("check", code=2).stderr


def test_a_file_that_cannot_be_written_is_a_mistake(shop: Shop) -> None:
    shop.customers(*FIRST)
    (shop.folder / "target").write_text("")
    assert "cannot be written" in shop.wsync("compile", "--task", code=2).stderr
