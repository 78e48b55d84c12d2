"""Whatever goes wrong: the exit code, a message that says what to do, and a state that the next run finishes from."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.shop import BUYERS, Shop, people, shop
from warehouse_sync.config import load
from warehouse_sync.errors import Stopped
from warehouse_sync.executing import run_one, worst
from warehouse_sync.opening import World
from warehouse_sync.runner import Request
from warehouse_sync.sandbox import ACCOUNT

__all__ = ["shop"]


def succeeds_now(shop: Shop, members: int = 3) -> None:
    """The next run comes to its end and leaves the list equal to the source."""
    shop.wsync("run")
    assert shop.members == members


def test_an_empty_source_is_refused_and_nobody_is_removed(shop: Shop) -> None:
    shop.wsync("run")
    shop.customers()
    said = shop.wsync("run", code=4).output
    assert "empty_source\t3\t0\tyes" in said
    assert "Nothing was sent. Blocked by empty_source: correct the source" in said
    assert "wsync apply" in said
    assert shop.members == 3
    shop.customers(*people(3))
    succeeds_now(shop)


def test_a_dropped_column_is_named_with_the_sync_file(shop: Shop) -> None:
    shop.wsync("run")
    shop.sql("alter table customers drop column phone")
    said = shop.wsync("run", code=2).output
    assert "buyers.yml:5: mapping.PHONE: the source main.customers has no column phone" in said
    assert shop.members == 3
    shop.customers(*people(3))
    succeeds_now(shop)


def test_a_missing_source_table_is_the_warehouses_trouble(shop: Shop) -> None:
    shop.sql("drop table customers")
    assert "customers" in shop.wsync("run", code=3).output
    shop.customers(*people(3))
    succeeds_now(shop)


def test_a_wrong_token_is_refused_by_the_platform_and_not_shown(shop: Shop) -> None:
    shop.environ["WSYNC_ENV_SECRET_TOKEN"] = "wrong-token-1234"
    said = shop.wsync("run", code=5).output
    assert "token" in said
    assert "wrong-token-1234" not in said
    shop.environ["WSYNC_ENV_SECRET_TOKEN"] = shop.sandbox.token
    succeeds_now(shop)


def test_an_unreachable_host_is_told_as_such(shop: Shop) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        shop.main_file(f"http://127.0.0.1:{taken.getsockname()[1]}")
        said = shop.wsync("run", code=5).output
    assert "facebook: no connection could be made; check the network, and the address (base_url)" in said
    shop.main_file()
    succeeds_now(shop)


def test_a_second_run_at_the_same_time_is_told_who_holds_the_database(shop: Shop) -> None:
    main = shop.folder / "wsync.yml"
    main.write_text(main.read_text().replace("path: shop.duckdb", "path: shop.duckdb, wait_for_file: 0"))
    shop.sandbox.fault("slow", kind="users", seconds=3)
    with shop.spawn("run") as first:
        wait_for_upload(shop)
        said = shop.wsync("run", code=75).output
        assert f"PID {first.pid}" in said or "another process" in said
        first.communicate(timeout=30)
        assert first.returncode == 0
    succeeds_now(shop)


def test_a_full_disk_is_told_and_hurts_nothing(shop: Shop) -> None:
    shop.wsync("run")
    shop.customers(*people(20_000))
    small = (shop.folder / "shop.duckdb").stat().st_size + 200_000

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (small, small))

    with shop.spawn("run", preexec_fn=limit) as child:
        out, err = child.communicate(timeout=60)
    assert child.returncode == 3, out + err
    assert "disk is full" in err
    assert "Traceback" not in err
    succeeds_now(shop, 20_000)


def test_a_database_path_that_cannot_be_opened_is_named_by_its_setting(shop: Shop) -> None:
    shop.wsync("run")
    text = (shop.folder / "wsync.yml").read_text()
    (shop.folder / "wsync.yml").write_text(text.replace("shop.duckdb", "nowhere/shop.duckdb"))
    assert "warehouse.path" in shop.wsync("run", code=3).output
    (shop.folder / "wsync.yml").write_text(text)
    succeeds_now(shop)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_while_sending_ends_the_run_in_order(shop: Shop, number: int, code: int) -> None:
    shop.sandbox.fault("slow", kind="users", seconds=2)
    with shop.spawn("run", "--json") as child:
        wait_for_upload(shop)
        child.send_signal(number)
        out, err = child.communicate(timeout=20)
    assert child.returncode == code, out + err
    assert "stopping" in err
    assert json.loads(out)["exit_code"] == code
    succeeds_now(shop)


def test_a_signal_ends_the_wait_for_another_attempt(shop: Shop) -> None:
    text = (shop.folder / "wsync.yml").read_text()
    (shop.folder / "wsync.yml").write_text(text.replace("retry_attempts: 1", "retry_attempts: 9"))
    shop.sandbox.fault("transient", kind="users", times=None, headers={"Retry-After": "60"})
    with shop.spawn("run") as child:
        wait_for_upload(shop)
        time.sleep(0.5)
        began = time.monotonic()
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=20)
    assert child.returncode == 143, out + err
    assert time.monotonic() - began < 10
    shop.sandbox.clear_faults()
    succeeds_now(shop)


def test_the_second_interrupt_ends_the_process_at_once(shop: Shop) -> None:
    shop.sandbox.fault("slow", kind="users", seconds=30)
    with shop.spawn("run") as child:
        wait_for_upload(shop)
        child.send_signal(signal.SIGINT)
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=10)
    assert child.returncode == 130
    shop.sandbox.clear_faults()
    succeeds_now(shop)


def test_a_platform_that_breaks_down_leaves_rows_in_doubt_and_the_next_run_sends_them_again(shop: Shop) -> None:
    shop.sandbox.fault("reset_after", kind="users")
    told = shop.json("run", code=5)["runs"][0]
    assert told["counts"]["in_doubt_rows"] == 3
    assert told["error"]["exit_code"] == 5
    succeeds_now(shop)


def test_rejected_rows_are_exit_6_and_named_in_the_log(shop: Shop) -> None:
    shop.customers(*people(3), (4, "not an address", None, None))
    said = shop.wsync("run", code=6).output
    assert "no_valid_identifier" in said
    assert "not an address" not in said
    lines = shop.json("log", "--status", "failed")["log"]
    assert [(line["primary_key"], line["error_code"]) for line in lines] == [("4", "no_valid_identifier")]


def test_a_failing_sync_does_not_stop_the_next_one(shop: Shop) -> None:
    shop.sync("absent", BUYERS.replace("main.customers", "main.absent").replace("Buyers", "Absent"))
    told = shop.json("run", code=3)
    assert [(each["sync"], each["exit_code"]) for each in told["runs"]] == [("absent", 3), ("buyers", 0)]
    assert told["runs"][0]["error"]["class"] == "WarehouseError"
    assert shop.members == 3


def test_a_disabled_sync_is_skipped_and_says_so(shop: Shop) -> None:
    shop.sync("buyers", BUYERS + "enabled: false\n")
    assert shop.wsync("run").output == "buyers: skipped (enabled: false)\n"
    assert shop.sandbox.summary() == []


def test_every_mistake_in_the_files_is_said_at_once_also_as_json(shop: Shop) -> None:
    shop.sync("buyers", BUYERS.replace("EMAIL", "EMIAL") + "modee: mirror\n")
    said = shop.wsync("run", code=2).output
    assert "did you mean EMAIL?" in said
    assert "did you mean mode?" in said
    told = shop.json("status", code=2)["error"]
    assert told["class"] == "ConfigErrors"
    assert {each["line"] for each in told["complaints"]} == {5, 6}


def test_no_file_no_project(tmp_path: Path, shop: Shop) -> None:
    (shop.folder / "wsync.yml").unlink()
    assert "there is no wsync.yml here" in shop.wsync("plan", "buyers", code=2).output


def test_a_fault_of_our_own_shows_places_and_no_values(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object) -> None:
        raise KeyError("p1@example.com")

    monkeypatch.setattr("warehouse_sync.ledger.steps.snapshot", explode)
    said = shop.wsync("run", code=1).output
    assert "unexpected KeyError" in said
    assert "runner.py:" in said
    assert "p1@example.com" not in said
    monkeypatch.undo()
    succeeds_now(shop)


def test_a_fault_before_any_sync_shows_no_values_either(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object, **__: object) -> None:
        raise ValueError("a secret")

    monkeypatch.setattr("warehouse_sync.project.load_configuration", explode)
    result = shop.wsync("status", "--json", code=1)
    assert "a secret" not in result.output
    assert json.loads(result.stdout)["error"]["class"] == "ValueError"


def test_a_signal_before_anything_is_sent_stops_with_nothing_sent(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WSYNC_ENV_SECRET_TOKEN", shop.sandbox.token)
    project = load(shop.folder)
    report = run_one(project, project.syncs[0], Request("run"), World(stopping=lambda: Stopped(15)))
    assert (report.status, report.exit_code) == ("stopped", 143)
    assert shop.members == 0
    succeeds_now(shop)


@pytest.mark.parametrize(
    ("codes", "code"),
    [((0, 0), 0), ((6, 5, 4), 5), ((75, 4), 4), ((7, 6), 6), ((3, 1), 1), ((2, 143), 143), ((), 0)],
)
def test_with_several_syncs_the_gravest_code_wins(codes: tuple[int, ...], code: int) -> None:
    assert worst(codes) == code


def test_names_cannot_move_the_cursor_or_forge_a_line(shop: Shop) -> None:
    shop.sql("create table keyed (id text, email text, phone text, city text)")
    shop.sql("insert into keyed values (?, 'p1@example.com', null, null)", [("1\n\x1b[2Jforged",)])
    shop.sync("buyers", BUYERS.replace("main.customers", "main.keyed"))
    shop.wsync("run")
    said = shop.wsync("log").output
    assert "\x1b" not in said
    assert len(said.splitlines()) == 2


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    script = (
        "import sys\nfrom warehouse_sync.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'duckdb', 'sqlglot', 'pydantic', 'requests', 'rich', 'yaml', 'phonenumbers'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Exit codes" in done.stdout


def wait_for_upload(shop: Shop) -> None:
    """Until the platform has the first request that changes members."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if "add" in shop.sandbox.counts()["received"]:
            return
        time.sleep(0.05)
    raise AssertionError("no upload arrived")


def test_a_sync_without_an_audience_may_correct_its_account(shop: Shop) -> None:
    right = (shop.folder / "wsync.yml").read_text()
    (shop.folder / "wsync.yml").write_text(right.replace("ad_account_id: act_1", "ad_account_id: act_9"))
    assert "check ad_account_id" in shop.wsync("run", code=5).output
    (shop.folder / "wsync.yml").write_text(right)
    succeeds_now(shop)
    assert shop.sql("select account from wsync.syncs") == [(ACCOUNT,)]
    (shop.folder / "wsync.yml").write_text(right.replace("ad_account_id: act_1", "ad_account_id: act_9"))
    assert "owns an audience of facebook account" in shop.wsync("run", code=2).output


def test_an_audience_that_another_sync_owns_by_its_name_cannot_be_taken_by_its_id(shop: Shop) -> None:
    shop.wsync("run")
    (audience,) = shop.sandbox.summary()
    shop.sync("thieves", BUYERS.replace("{name: Buyers}", f'{{id: "{audience.id}"}}'))
    assert "the audience of sync thieves belongs to sync buyers already" in shop.wsync("run", "thieves", code=2).output
    assert shop.members == 3
