"""The Python API, and what it leaves in `target/wsync`: the same that the commands do and leave."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from tests.shop import BUYERS, Shop, people, shop
from tests.test_cli_postgres import PostgresShop
from warehouse_sync import Project, artefacts
from warehouse_sync.artefacts import Manifest, RunResults
from warehouse_sync.config.schemas import printed
from warehouse_sync.errors import AudienceRefused, ConfigError, Held, Stopped
from warehouse_sync.executing import Report
from warehouse_sync.opening import World
from warehouse_sync.project import Watch
from warehouse_sync.runner import Progress
from warehouse_sync.sandbox import Sandbox

__all__ = ["shop"]

SCHEMAS = Path(__file__).parent.parent / "docs" / "schemas"


@pytest.fixture
def project(shop: Shop) -> Project:
    return loaded(shop)


def loaded(shop: Shop) -> Project:
    return Project.load(shop.folder, shop.environ)


def several(shop: Shop, count: int) -> Project:
    """The shop with so many more syncs, each of its own table into its own audience."""
    for n in range(count):
        shop.customers(*people(3 + n, start=10 * n), table=f"people_{n}")
        text = BUYERS.replace("main.customers", f"main.people_{n}").replace("Buyers", f"List {n}")
        shop.sync(f"list_{n}", text)
    return loaded(shop)


def left(shop: Shop, name: str) -> Any:
    return json.loads((shop.folder / "target" / "wsync" / name).read_text())


# the API


def test_the_api_is_imported_when_it_is_asked_for() -> None:
    told = "import sys, warehouse_sync; print('pydantic' in sys.modules); from warehouse_sync import Project"
    script = f"{told}; print(Project.__module__, 'pydantic' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["False", "warehouse_sync.project True"]


def test_a_run_sends_and_its_results_say_so(shop: Shop, project: Project) -> None:
    results = project.run()
    assert (results.ok, results.exit_code, len(results)) == (True, 0, 1)
    report = results["buyers"]
    assert (report.status, report.counts["succeeded_insert"]) == ("succeeded", 3)
    assert report.run_id == shop.json("status")["syncs"][0]["run"]["sync_run_id"]
    assert shop.members == 3
    results.raise_for_errors()


def test_results_cannot_be_changed(project: Project) -> None:
    results = project.plan()
    for value, name in ((results, "reports"), (results["buyers"], "status"), (project, "configuration")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, name, None)


def test_a_plan_sends_nothing_and_can_be_applied(shop: Shop, project: Project) -> None:
    planned = project.plan("buyers", sample=2)["buyers"]
    assert [(line.operation, line.reason, line.identities) for line in planned.plan] == [("insert", "new", 3)]
    assert [len(token) for row in planned.sample for token in row.tokens.values()] == [5] * 6
    assert shop.members == 0
    assert planned.run_id is not None
    assert project.apply(planned.run_id).ok
    assert shop.members == 3


def test_what_goes_wrong_in_a_sync_is_in_its_report_and_can_be_raised(shop: Shop, project: Project) -> None:
    project.run()
    shop.customers()
    results = project.run()
    assert (results.exit_code, results["buyers"].status) == (AudienceRefused.exit_code, "blocked")
    with pytest.raises(Exception, match="buyers: blocked") as caught:
        results.raise_for_errors()
    assert getattr(caught.value, "exit_code", None) == 4


def test_a_selection_that_cannot_be_is_raised(project: Project) -> None:
    with pytest.raises(ConfigError, match="there is no sync 'byers'"):
        project.run("byers")
    with pytest.raises(KeyError):
        project.run()["byers"]


def test_where_nothing_is_chosen_nothing_is_run_and_that_is_said(shop: Shop) -> None:
    ended = shop.wsync("run", "--select", "tag:weekly", "--json")
    assert json.loads(ended.stdout) == {"runs": [], "exit_code": 0}
    assert ended.stderr == "warning: no sync fits tag:weekly\n"


def test_the_same_sync_does_not_run_twice_at_once_in_one_process(shop: Shop, project: Project) -> None:
    inside: list[Report] = []

    def again(_progress: object) -> None:
        if not inside:
            inside.append(Report("", ""))
            inside[0] = project.run()["buyers"]

    outer = project.run(watch=Watch(around=lambda: nullcontext(World(progress=again))))
    assert outer.ok
    assert (inside[0].status, type(inside[0].error)) == ("failed", Held)
    assert shop.members == 3


# several at once


@pytest.mark.parametrize("beside", ["", ", state_database: state.duckdb"], ids=["one file", "state beside"])
def test_syncs_run_at_once_each_into_its_own_audience(shop: Shop, beside: str) -> None:
    main = shop.folder / "wsync.yml"
    main.write_text(main.read_text().replace("path: shop.duckdb", f"path: shop.duckdb{beside}"))
    project = several(shop, 2)
    told: list[str] = []
    results = project.run(threads=2, watch=Watch(told=lambda report: told.append(report.sync)))
    assert [(report.sync, report.status) for report in results] == [
        ("buyers", "succeeded"),
        *((f"list_{n}", "succeeded") for n in range(2)),
    ]
    assert sorted(told) == sorted(report.sync for report in results)
    entries = {each.name: each.entries for each in shop.sandbox.summary()}
    assert entries == {"Buyers": 3, **{f"List {n}": 3 + n for n in range(2)}}


def test_syncs_at_once_really_overlap(shop: Shop) -> None:
    project, both = several(shop, 1), Barrier(2, timeout=60)

    def meet(progress: Progress) -> None:
        if progress.stage == "plan":
            both.wait()

    results = project.run(threads=2, watch=Watch(around=lambda: nullcontext(World(progress=meet))))
    assert [report.status for report in results] == ["succeeded", "succeeded"]


def test_on_postgres_syncs_run_at_once_from_the_first_run_on(tmp_path: Path, postgres: dict[str, Any]) -> None:
    with Sandbox.start() as sandbox:
        shop = PostgresShop(tmp_path, sandbox, postgres)
        for n in range(2):
            shop.customers(*people(2 + n), table=f"at_once_{n}")
            text = BUYERS.replace("main.customers", f"public.at_once_{n}").replace("Buyers", f"List {n}")
            shop.sync("buyers" if n == 0 else f"list_{n}", text)
        assert [report.status for report in loaded(shop).run(threads=2)] == ["succeeded"] * 2
        assert {each.name: each.entries for each in sandbox.summary()} == {"List 0": 2, "List 1": 3}


def test_a_signal_ends_all_that_run_at_once_in_order(shop: Shop) -> None:
    several(shop, 1)
    shop.sandbox.fault("slow", kind="users", seconds=2, times=None)
    with shop.spawn("run", "--threads", "2", "--json") as child:
        deadline = time.monotonic() + 60
        while shop.sandbox.counts()["received"].get("add", 0) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=60)
    assert child.returncode == 143, out + err
    assert json.loads(out)["exit_code"] == 143
    shop.sandbox.clear_faults()
    assert loaded(shop).run(threads=2).ok
    assert shop.members == 3


def test_a_signal_lets_no_further_sync_begin(shop: Shop) -> None:
    several(shop, 1)
    world = World(stopping=lambda: Stopped(15))
    results = loaded(shop).run(threads=2, watch=Watch(around=lambda: nullcontext(world)))
    assert [report.status for report in results] == ["not_started", "not_started"]
    assert results.exit_code == 143


# artefacts


def test_a_run_leaves_a_manifest_its_results_and_its_sql_and_no_value_or_secret_in_them(shop: Shop) -> None:
    shop.sync("buyers", BUYERS.replace("CT: city", "CT: {static: Entenhausen}"))
    shop.customers(*people(3), (4, "not an address", None, None))
    shop.wsync("run", code=6)
    manifest, results = left(shop, "manifest.json"), left(shop, "run_results.json")
    sync = manifest["syncs"]["buyers"]
    assert (manifest["schema_version"], results["schema_version"]) == ("manifest/v1", "run_results/v1")
    assert (sync["path"], sync["line_number"], sync["source"]["label"]) == ("syncs/buyers.yml", 1, "main.customers")
    assert sync["mapping"] == {"EMAIL": "email", "PHONE": "phone", "CT": None}
    assert (results["command"], results["exit_code"]) == ("run", 6)
    (ran,) = results["results"]
    assert (ran["sync"], ran["status"], ran["counts"]["succeeded_insert"]) == ("buyers", "partial", 3)
    assert list((shop.folder / sync["compiled_path"]).glob("*_changes.sql"))
    text = "".join(path.read_text() for path in (shop.folder / "target").rglob("*.json"))
    for value in (shop.sandbox.token, "p1@example.com", "not an address", "4930", "Berlin", "Entenhausen"):
        assert value not in text
    assert artefacts.read(shop.folder / "target", RunResults).results[0].run_id == ran["run_id"]
    shop.wsync("plan")
    assert left(shop, "run_results.json") == results
    assert artefacts.read(shop.folder / "target" / "wsync", Manifest).syncs["buyers"].mapping == sync["mapping"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "cannot be read"),
        ("[]", "is not an artefact of wsync in the form run_results/v1"),
        ('{"schema_version": "run_results/v9"}', "is not an artefact of wsync in the form run_results/v1"),
        ('{"schema_version": "run_results/v1"}', "metadata: is not what wsync writes"),
    ],
)
def test_a_broken_artefact_is_told_with_its_file(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "run_results.json").write_text(text)
    with pytest.raises(ConfigError, match=f"run_results.json: {told}"):
        artefacts.read(tmp_path, RunResults)


def test_results_that_cannot_be_written_do_not_fail_the_run(shop: Shop) -> None:
    (shop.folder / "target").write_text("in the way")
    ended = shop.wsync("run")
    assert "warning: artefacts: " in ended.stderr
    assert shop.members == 3


@pytest.mark.parametrize("name", ["manifest", "run_results"])
def test_the_schemas_checked_in_are_those_of_the_artefacts(name: str) -> None:
    kept = (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")
    assert kept == printed(artefacts.schemas()[name]), "renew them: artefacts.write_schemas(Path('docs/schemas'))"


# retry


def test_a_retry_before_any_run_says_what_is_missing(shop: Shop) -> None:
    assert "there is no run_results.json of wsync here" in shop.wsync("retry", code=2).stderr


# what a failing sync means for the others, and for what comes next


def test_a_failing_sync_stops_none_of_the_others_and_alone_is_tried_again(shop: Shop) -> None:
    project = several(shop, 2)
    shop.sql("drop table people_0")
    shop.customers(*people(3), (4, "not an address", None, None))
    results = project.run(threads=2)
    assert [(report.sync, report.exit_code) for report in results] == [("buyers", 6), ("list_0", 3), ("list_1", 0)]
    assert results.exit_code == 3
    chosen = {word: [sync.name for sync in project.select(f"result:{word}").syncs] for word in RESULTS}
    assert chosen == {"failed_rows": ["buyers"], "error": ["list_0"], "success": ["list_1"]}
    assert project.failed_last() == ("buyers", "list_0")
    shop.customers(*people(4), table="people_0")
    again = shop.json("retry", "--exclude", "buyers")
    assert [(run["sync"], run["status"]) for run in again["runs"]] == [("list_0", "succeeded")]
    assert "nothing to retry" in shop.wsync("retry").stderr


RESULTS = ("failed_rows", "error", "success")


# list


def test_the_list_says_where_each_sync_is_declared(shop: Shop) -> None:
    shop.sync("buyers", BUYERS + "tags: [daily]\nschedule: {every: 1 hour}\n")
    lines = shop.wsync("list").stdout.splitlines()
    assert lines[1].split("\t") == [
        "buyers", "yes", "syncs/buyers.yml:1", "main.customers", "meta", "Buyers", "daily", "every 1 hour",
    ]  # fmt: skip
    assert shop.wsync("ls").stdout.splitlines() == lines
    (told,) = shop.json("list", "tag:daily")["syncs"]
    assert (told["name"], told["settings"]["schedule"]) == ("buyers", {"every": "1 hour"})
