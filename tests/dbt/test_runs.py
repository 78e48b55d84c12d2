"""Runs on a real duckdb that follow dbt's results: what is skipped, what is not, and what `runs` says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.captured import VERSIONS, changed, kitchen
from tests.shop import WSYNC, Shop
from warehouse_sync.sandbox import ACCOUNT, Sandbox

INVOCATION = "81cfe0df-a16f-4843-97ce-263a19b45d9f"
DESTINATION = WSYNC.partition("\n")[2]

SYNC = """\
source: SOURCE
primary_key: id
destination: meta
audience: {name: NAME}
mapping: {EMAIL: email}
"""


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Shop]:
    """The kitchen, whose tables are there; three syncs, of a model that was made, of one that was not, and of none."""
    with Sandbox.start() as sandbox:
        made = Shop(kitchen(tmp_path), sandbox)
        for node in ("model.kitchen.buyers", "source.kitchen.raw.clicks"):
            changed(tmp_path / "target" / "manifest.json", lambda whole, node=node: _plain(whole, node))
        settings(made)
        (tmp_path / "syncs" / "buyers.yml").unlink()
        for name, source in {"made": "ref('buyers')", "not_made": "ref('doubled')", "own": "main.own"}.items():
            made.sync(name, SYNC.replace("SOURCE", source).replace("NAME", name))
        for table in ("aud_buyers", "doubled", "own"):
            made.sql(f"create table {table} as select 1 as id, 'a@example.com' as email")
        yield made
        assert sandbox.journal.failures == []


def _plain(whole: Any, node: str) -> None:
    found = whole["nodes"].get(node) or whole["sources"][node]
    found["meta"] = found["config"]["meta"] = {}


def settings(shop: Shop, more: str = "") -> None:
    text = DESTINATION.format(account=ACCOUNT, url=shop.sandbox.url)
    (shop.folder / "wsync.yml").write_text(text + more)
    (shop.folder / "profiles.yml").write_text(
        "kitchen: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 1}}}"
    )
    (shop.folder / "target" / "manifest.json").write_text(
        (shop.folder / "target" / "manifest.json").read_text().replace('\\"kitchen\\".', '\\"shop\\".')
    )


def runs(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.sql(
        "select connection_id, status, phase, error_code, dbt_invocation_id from wsync.runs order by started_at, fence"
    )


def test_only_the_sync_whose_model_failed_is_skipped(followed: Shop) -> None:
    told = followed.json("run", code=7)
    assert [(each["sync"], each["status"], each["exit_code"]) for each in told["runs"]] == [
        ("made", "succeeded", 0),
        ("not_made", "skipped", 7),
        ("own", "succeeded", 0),
    ]
    skipped = told["runs"][1]
    assert skipped["error"]["code"] == "dbt_test_failed"
    assert sorted(runs(followed)) == [
        ("made", "succeeded", "settled", None, INVOCATION),
        ("not_made", "skipped", "skipped", "dbt_test_failed", INVOCATION),
        ("own", "succeeded", "settled", None, INVOCATION),
    ]
    assert {each.name for each in followed.sandbox.summary()} == {"made", "own"}


def test_a_sync_that_was_skipped_runs_when_dbt_has_mended_its_model(followed: Shop) -> None:
    followed.wsync("run", "not_made", code=7)
    followed.wsync("status")
    changed(
        followed.folder / "target" / "run_results.json",
        lambda whole: [each.update(status="pass") for each in whole["results"] if each["status"] == "fail"],
    )
    assert followed.json("run", "not_made")["runs"][0]["counts"]["succeeded_insert"] == 1


@pytest.mark.parametrize("words", [("run",), ("retry",), ("resync",)])
def test_what_sends_can_be_told_to_run_all_the_same(followed: Shop, words: tuple[str, ...]) -> None:
    followed.wsync(*words, "not_made", code=7)
    followed.wsync(*words, "not_made", "--no-gate")
    assert [run[1:4] for run in runs(followed)] == [
        ("skipped", "skipped", "dbt_test_failed"),
        ("succeeded", "settled", None),
    ]


def test_a_plan_is_made_and_says_that_a_run_would_be_skipped(followed: Shop) -> None:
    told = followed.json("plan", "not_made")
    assert told["status"] == "planned"
    assert told["warnings"] == [
        "a run would be skipped now: the test unique_doubled_id on ref('doubled') failed",
    ]
    assert followed.json("plan", "made")["warnings"] == []
    followed.wsync("apply", told["run_id"])


def test_the_gate_can_be_switched_off(followed: Shop) -> None:
    settings(followed, "dbt: {gate: off}\n")
    followed.wsync("run")
    assert {run[4] for run in runs(followed)} == {INVOCATION}


def test_what_one_invocation_made_is_sent_once_where_that_is_asked_for(followed: Shop) -> None:
    settings(followed, "dbt: {consumed: skip}\n")
    followed.wsync("run", "made")
    assert followed.json("run", "made", code=7)["runs"][0]["error"]["code"] == "dbt_results_consumed"
    changed(followed.folder / "target" / "run_results.json", lambda whole: whole["metadata"].update(invocation_id="x2"))
    followed.wsync("run", "made")
    assert [run[1:] for run in runs(followed)] == [
        ("succeeded", "settled", None, INVOCATION),
        ("skipped", "skipped", "dbt_results_consumed", INVOCATION),
        ("succeeded", "settled", None, "x2"),
    ]


def test_what_was_skipped_or_blocked_is_not_consumed(followed: Shop) -> None:
    settings(followed, "dbt: {consumed: skip}\n")
    followed.wsync("run", "made", "--no-gate")
    followed.sql("delete from aud_buyers")
    changed(followed.folder / "target" / "run_results.json", lambda whole: whole["metadata"].update(invocation_id="x2"))
    assert followed.wsync("run", "made", code=4)
    assert followed.wsync("run", "made", code=4)


@pytest.mark.parametrize("version", VERSIONS)
def test_results_of_both_versions_gate(followed: Shop, version: str) -> None:
    source = kitchen(followed.folder / "other", version) / "target" / "run_results.json"
    (followed.folder / "target" / "run_results.json").write_text(source.read_text())
    assert followed.json("run", "not_made", code=7)["runs"][0]["status"] == "skipped"


def test_results_that_cannot_be_read_stop_the_sync_as_an_error(followed: Shop) -> None:
    (followed.folder / "target" / "run_results.json").write_text("{")
    told = followed.json("run", "made", code=2)
    assert told["runs"][0]["error"]["message"].endswith("is not JSON; dbt may still be writing it")
    assert followed.sandbox.summary() == []


def test_the_check_tells_what_dbt_left_and_whom_it_stops(followed: Shop) -> None:
    told = followed.json("check", code=7)["checks"]
    assert [(each["sync"], each["ok"], each["found"]) for each in told if each["what"].startswith("dbt")] == [
        (None, True, "manifest v12 of dbt 1.12.6, results of `dbt build` at 2026-11-22 16:11 UTC"),
        ("not_made", False, "the test unique_doubled_id on ref('doubled') failed"),
    ]
    for name in ("manifest.json", "run_results.json"):
        (followed.folder / "target" / name).unlink()
    (followed.folder / "syncs" / "made.yml").unlink()
    (followed.folder / "syncs" / "not_made.yml").unlink()
    told = followed.json("check")["checks"]
    assert [each["found"] for each in told if each["what"] == "dbt"] == ["no manifest yet, no results yet"]
