"""Commands around a project: init, check, compile, schema, audiences, preview, and the commands to try things with."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from tests.shop import BUYERS, ROOT, Shop, people, shop
from warehouse_sync.cli import main
from warehouse_sync.sandbox import ACCOUNT

__all__ = ["shop"]


def test_init_writes_a_project_that_loads_and_never_overwrites(tmp_path: Path) -> None:
    wsync = CliRunner()
    folder = ["--project-dir", str(tmp_path)]
    assert wsync.invoke(main, ["init", *folder]).exit_code == 0
    again = wsync.invoke(main, ["init", *folder])
    assert again.exit_code == 2
    assert "not overwritten" in again.output
    duckdb.connect(str(tmp_path / "warehouse.duckdb")).close()
    environ = {"WSYNC_ENV_SECRET_FACEBOOK_TOKEN": "sandbox-token"}
    compiled = wsync.invoke(main, ["compile", *folder], env=environ)
    assert compiled.exit_code == 0, compiled.output


def test_check_finds_everything_in_order_and_changes_nothing(shop: Shop) -> None:
    shop.sync("buyers", BUYERS + 'schedule: {cron: "0 6 * * *"}\n')
    told = shop.json("check")
    assert all(line["ok"] for line in told["checks"])
    assert len(told["next_times"]["buyers"]) == 5
    assert told["next_times"]["buyers"][0].endswith("T06:00:00+00:00")
    assert shop.sql("select table_name from information_schema.tables where table_schema = 'wsync'") == []
    assert shop.sandbox.summary() == []


def test_check_names_every_failure_with_its_remedy_and_ends_with_the_gravest(shop: Shop) -> None:
    shop.environ["WSYNC_ENV_SECRET_TOKEN"] = "wrong-token-1234"
    shop.sql("drop table customers")
    told = shop.json("check", code=3)
    bad = [line for line in told["checks"] if not line["ok"]]
    assert [line["what"] for line in bad] == ["source main.customers", "ad account"]
    assert all(line["remedy"] for line in bad)


def test_compile_writes_what_a_run_executes_without_a_connection(shop: Shop) -> None:
    (shop.folder / "shop.duckdb").unlink()
    shop.wsync("compile", "buyers")
    folder = shop.folder / "target/wsync/compiled/buyers"
    names = [re.sub(r"^\d\d_", "", path.stem) for path in sorted(folder.glob("*.sql"))]
    order = ("claim", "changes", "snapshot", "plan", "guard", "verdict", "mirror_insert", "log", "finish", "prune_log")
    assert [name for name in names if name in order] == list(order)
    assert not (shop.folder / "shop.duckdb").exists()
    changes = next(folder.glob("[0-9][0-9]_changes.sql")).read_text()
    assert '"main"."customers"' in changes
    assert '"email"' in changes


def test_compiled_statements_are_those_of_a_real_run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from warehouse_sync.ledger.core import Ledger

    asked: list[str] = []
    whole = Ledger.text
    monkeypatch.setattr(Ledger, "text", lambda self, name, *a, **k: asked.append(name) or whole(self, name, *a, **k))
    shop.wsync("run")
    shop.customers(*people(4))
    asked.clear()
    shop.wsync("run")
    ran = {name for name in asked if name.startswith(("run/", "settle/"))}
    asked.clear()
    shop.wsync("compile")
    missing = ran - set(asked)
    once = {"run/new_sync", "run/audience_owner", "run/adopt_audience"}
    assert missing <= {*once, "run/newest_fence", "run/open_runs"}


def test_schema_prints_json_schemas() -> None:
    told = json.loads(CliRunner().invoke(main, ["schema"]).output)
    assert set(told) == {"wsync", "sync", "manifest", "run_results"}
    one = json.loads(CliRunner().invoke(main, ["schema", "sync"]).output)
    assert one["$schema"].startswith("https://json-schema.org/")


def test_audiences_are_created_once_and_listed(shop: Shop) -> None:
    made = shop.json("audiences", "create", "buyers")
    assert (made["name"], made["created"]) == ("Buyers", True)
    assert shop.json("audiences", "create", "buyers") == {**made, "created": False}
    listed = shop.json("audiences", "list")["audiences"]
    assert [(each["id"], each["name"], each["account"]) for each in listed] == [(made["id"], "Buyers", ACCOUNT)]


def rows_file(folder: Path, *rows: dict[str, Any]) -> str:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def test_preview_shows_rows_and_requests_and_touches_nothing(shop: Shop) -> None:
    (shop.folder / "shop.duckdb").unlink()
    good = {"id": 1, "email": " P1@Example.com ", "phone": None, "city": "Berlin"}
    file = rows_file(shop.folder, good, {"id": 2, "email": "nobody"}, {"id": None, "email": "p3@example.com"})
    told = shop.json("preview", "buyers", "--rows", file)
    assert [(row["primary_key"], row["status"], row["error_code"]) for row in told["rows"]] == [
        ("1", "ready", None),
        ("2", "failed", "no_valid_identifier"),
        (None, "failed", "null_key"),
    ]
    mail = told["rows"][0]["fields"]["EMAIL"]
    assert (mail["normalized"], len(mail["sent"]), mail["note"]) == ("p1@example.com", 64, "")
    (request,) = told["requests"]
    assert (request["method"], request["rows"]) == ("POST", [0])
    assert request["url"].endswith("/AUDIENCE_ID/users")
    assert request["headers"]["Authorization"] == "Bearer ***"
    assert request["body"]["payload"]["data"] == [[mail["sent"], told["rows"][0]["fields"]["CT"]["sent"]]]
    assert shop.sandbox.requests == []
    assert not (shop.folder / "shop.duckdb").exists()


def test_preview_of_an_update_is_the_add_and_of_a_delete_the_removal(shop: Shop) -> None:
    file = rows_file(shop.folder, {"id": 1, "email": "p1@example.com"})
    update = shop.json("preview", "buyers", "--rows", file, "--op", "update")
    assert [(row["operation"], row["status"]) for row in update["rows"]] == [("update", "ready")]
    assert update["requests"][0]["method"] == "POST"
    assert shop.json("preview", "buyers", "--rows", file, "--op", "delete")["requests"][0]["method"] == "DELETE"


def test_previewed_rows_of_one_identity_travel_once(shop: Shop) -> None:
    file = rows_file(shop.folder, {"id": 1, "email": "p1@example.com"}, {"id": 2, "email": "P1@example.com"})
    told = shop.json("preview", "buyers", "--rows", file)
    assert [row["status"] for row in told["rows"]] == ["ready", "ready"]
    assert [request["rows"] for request in told["requests"]] == [[0]]


def test_preview_needs_no_project_with_a_destination_file(tmp_path: Path) -> None:
    file = tmp_path / "meta.yml"
    file.write_text(
        f"destination: {{type: facebook, ad_account_id: {ACCOUNT}, access_token: abcdefgh}}\n"
        "audience: {id: '42'}\nmapping: {EMAIL: mail}\n"
    )
    rows = rows_file(tmp_path, {"mail": "p1@example.com"})
    result = CliRunner().invoke(main, ["preview", "--destination", str(file), "--rows", rows, "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["rows"][0]["status"] == "ready"
    assert told["requests"][0]["url"].endswith("/42/users")
    assert "abcdefgh" not in result.output


def test_a_broken_rows_file_is_told_with_its_line(shop: Shop) -> None:
    path = shop.folder / "rows.jsonl"
    path.write_text('{"id": 1}\n[2]\n')
    assert "rows.jsonl:2" in shop.wsync("preview", "buyers", "--rows", str(path), code=2).output


def test_the_sandbox_announces_itself_and_ends_with_a_signal() -> None:
    words = [sys.executable, "-c", "from warehouse_sync.cli import main; main()", "sandbox", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT)}) as child:
        assert child.stdout is not None
        assert child.stdout.readline().startswith("url http://127.0.0.1:")
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0


def test_the_sandbox_announces_itself_as_json_too() -> None:
    words = [sys.executable, "-c", "from warehouse_sync.cli import main; main()", "sandbox", "--port", "0", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT)}) as child:
        assert child.stdout is not None
        lines = iter(child.stdout.readline, "}\n")
        told = json.loads("".join(lines) + "}")
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0
    assert told["url"].startswith("http://127.0.0.1:")
    assert told["accounts"] == [ACCOUNT]


def test_audiences_can_be_listed_before_there_is_a_sync(shop: Shop) -> None:
    (shop.folder / "syncs/buyers.yml").unlink()
    assert "there is no audience yet" in shop.wsync("audiences", "list").stderr
    made = shop.sandbox.create_audience("VIP")
    assert [each["id"] for each in shop.json("audiences", "list")["audiences"]] == [made]


def test_a_wrong_audience_id_is_told_at_its_own_line(shop: Shop) -> None:
    shop.sync("buyers", BUYERS.replace("{name: Buyers}", '{id: "act_1"}'))
    said = shop.wsync("check", code=2).stderr
    assert "buyers.yml:4: audience.id: must be the digits of a Facebook audience's id" in said
