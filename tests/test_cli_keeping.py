"""Looking after people and state: explain, forget, rename, abandon, prune, retry, resync, test-record."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.shop import BUYERS, Shop, people, shop
from warehouse_sync.config import load
from warehouse_sync.erasing import forget
from warehouse_sync.managing import rename
from warehouse_sync.model import Ports
from warehouse_sync.opening import World

__all__ = ["shop"]


def test_explain_tells_source_mirror_and_log_without_values(shop: Shop) -> None:
    shop.customers((1, "p1@example.com", "call me", "Berlin"))
    shop.wsync("run")
    told = shop.json("explain", "buyers", "1")
    (row,) = told["source"]
    assert row["fields"] == {"EMAIL": "valid", "PHONE": "invalid", "CT": "valid"}
    assert row["columns"]["PHONE"] == "phone"
    assert told["members"][0]["state"] == "member"
    assert told["members"][0]["tokens"]["EMAIL"].endswith("…")
    assert [line["status"] for line in told["log"]] == ["succeeded"]
    said = shop.wsync("explain", "buyers", "1").output
    assert not any(value in said for value in ("p1@example.com", "call me", "Berlin"))


def test_explain_of_a_key_that_nobody_knows(shop: Shop) -> None:
    shop.wsync("run")
    assert "no row of this key" in shop.wsync("explain", "buyers", "99").output


def test_composite_keys_are_typed_as_a_json_array(shop: Shop) -> None:
    shop.sync("buyers", BUYERS.replace("primary_key: id", "primary_key: [id, city]\nlog_primary_key: plain"))
    shop.wsync("run")
    assert shop.json("explain", "buyers", '[1, "Berlin"]')["members"][0]["primary_key"] == '["1", "Berlin"]'
    assert "JSON array of 2" in shop.wsync("explain", "buyers", "1", code=2).output


def test_a_key_that_is_sent_hashed_is_typed_plain_and_stored_as_its_digest(shop: Shop) -> None:
    shop.sync("buyers", BUYERS.replace("primary_key: id", "primary_key: email"))
    shop.wsync("run")
    told = shop.json("explain", "buyers", "p1@example.com")
    assert len(told["primary_key"]) == 64
    assert told["members"][0]["state"] == "member"
    again = shop.json("explain", "buyers", told["primary_key"], "--as-logged")
    assert again["members"] == told["members"]
    assert shop.sql("select count(*) from wsync.sync_log where primary_key like '%@%'") == [(0,)]


def test_test_record_sends_one_row_and_shows_the_answer(shop: Shop) -> None:
    told = shop.json("test-record", "buyers", "2")
    (answer,) = told["answers"]
    assert (answer["operation"], answer["status"], answer["http_status"]) == ("insert", "succeeded", 200)
    assert answer["request_id"]
    assert shop.members == 1
    shop.wsync("run")
    assert shop.members == 3


def test_resync_adds_everyone_again(shop: Shop) -> None:
    shop.wsync("run")
    told = shop.json("resync", "buyers")
    assert [(line["reason"], line["keys"]) for line in told["log"]] == [("reasserted", 3)]


def test_retry_sends_rejected_rows_now(shop: Shop) -> None:
    mail = shop.json("preview", "buyers", "--rows", str(_row_two(shop)))["rows"][0]["fields"]["EMAIL"]["sent"]
    shop.sandbox.refuse(mail)
    shop.wsync("run", code=6)
    shop.wsync("run", code=6)
    paused = shop.json("run")["runs"][0]
    assert paused["counts"]["planned_insert"] == 0
    shop.sandbox.clear_faults()
    assert [(line["reason"], line["status"]) for line in shop.json("retry", "buyers")["log"]] == [
        ("retried", "succeeded")
    ]
    assert shop.members == 3


def _row_two(shop: Shop) -> Path:
    path = shop.folder / "two.jsonl"
    path.write_text(json.dumps({"id": 2, "email": "p2@example.com"}))
    return path


# -- forget ----------------------------------------------------------------------------------------------------------


def test_forget_removes_suppresses_and_leaves_a_receipt_without_personal_data(shop: Shop) -> None:
    shop.customers(*people(4))
    shop.wsync("run")
    told = shop.json("forget", "buyers", "2")
    receipt = told["receipt"]
    assert (receipt["complete"], receipt["identities_removed"], receipt["in_doubt"]) == (True, 1, 0)
    assert [request["http_status"] for request in receipt["requests"]] == [200]
    written = Path(told["receipt_path"]).read_text()
    assert json.loads(written)["receipt_id"] == receipt["receipt_id"]
    assert "p2@example.com" not in written
    assert shop.members == 3
    shop.wsync("run")
    shop.wsync("resync", "buyers")
    assert shop.members == 3


def test_older_snapshots_with_the_forgotten_row_go(shop: Shop) -> None:
    shop.sync("buyers", BUYERS + "snapshot: rows\n")
    shop.wsync("run")
    shop.customers(*people(2))
    shop.wsync("run")
    shop.wsync("forget", "buyers", "3")
    tables = shop.sql("select table_name from information_schema.tables where table_name like 'snapshot_%'")
    assert len(tables) == 1
    assert shop.sql(f"select count(*) from wsync.{tables[0][0]} where email = 'p3@example.com'") == [(0,)]


def test_a_forgotten_person_does_not_come_back_under_another_key(shop: Shop) -> None:
    shop.wsync("run")
    shop.wsync("forget", "buyers", "2")
    shop.customers(*people(3), (9, "P2@example.com", None, None))
    shop.wsync("run")
    assert shop.members == 2


def test_forgetting_is_not_stopped_by_guards(shop: Shop) -> None:
    shop.customers(*people(1))
    shop.wsync("run")
    shop.customers()
    shop.wsync("forget", "buyers", "1")
    assert shop.members == 0


def test_forgetting_who_was_never_sent_keeps_them_off(shop: Shop) -> None:
    shop.wsync("forget", "buyers", "2")
    shop.wsync("run")
    assert shop.members == 2


def test_forgetting_who_is_gone_already_is_a_receipt_of_nothing_removed(shop: Shop) -> None:
    shop.wsync("run")
    shop.customers(*people(2))
    shop.wsync("run")
    assert shop.json("forget", "buyers", "3")["receipt"]["identities_removed"] == 0
    assert "nobody was a member under this key" in shop.wsync("forget", "buyers", "3").output


def test_a_shared_phone_stays_with_the_other(shop: Shop) -> None:
    shop.customers((1, "a@example.com", "+49301000001", None), (2, "b@example.com", "+49301000001", None))
    shop.wsync("run")
    shop.wsync("forget", "buyers", "1")
    shop.wsync("run")
    kinds = sorted(token.split(":")[0] for token in shop.sandbox.members(shop.sandbox.summary()[0].id))
    assert kinds == ["EMAIL", "PHONE"]


def test_other_syncs_with_the_same_key_are_named(shop: Shop) -> None:
    shop.sync("others", BUYERS.replace("Buyers", "Others"))
    shop.wsync("run")
    assert shop.json("forget", "buyers", "2")["receipt"]["other_syncs"] == ["others"]


class Crash(BaseException):
    """The process dies here."""


def crashing(at: str) -> Ports:
    def boundary(name: str) -> None:
        if name == at:
            raise Crash

    return Ports(boundary=boundary)


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("after load suppressed", "run"),
        ("after load suppressed", "forget"),
        ("before run/snapshot", "run"),
        ("before DELETE remove users", "run"),
        ("after DELETE remove users", "forget"),
        ("after settle/mirror_delete", "run"),
    ],
)
def test_a_crash_while_forgetting_forgets_nobody_less(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, at: str, then: str
) -> None:
    monkeypatch.setenv("WSYNC_ENV_SECRET_TOKEN", shop.sandbox.token)
    shop.wsync("run")
    project = load(shop.folder)
    with pytest.raises(Crash):
        forget(project, project.syncs[0], "2", World(crashing(at)))
    shop.wsync(*(["run"] if then == "run" else ["forget", "buyers", "2"]))
    assert shop.members == 2
    shop.wsync("run")
    assert shop.members == 2


# -- rename, abandon, prune ------------------------------------------------------------------------------------------


def renamed_file(shop: Shop) -> None:
    (shop.folder / "syncs/buyers.yml").rename(shop.folder / "syncs/shoppers.yml")


def uploads(shop: Shop) -> int:
    return sum(shop.sandbox.counts()["received"].get(kind, 0) for kind in ("add", "remove"))


def test_a_renamed_sync_sends_nothing_and_remembers_everything(shop: Shop) -> None:
    shop.wsync("run")
    shop.wsync("forget", "buyers", "3")
    renamed_file(shop)
    before = uploads(shop)
    shop.wsync("rename", "buyers", "shoppers")
    shop.wsync("run")
    assert uploads(shop) == before
    assert {line["connection_id"] for line in shop.json("log")["log"]} == {"shoppers"}
    left = shop.sql("select table_name from information_schema.tables where table_name like '%buyers%'")
    assert left == []
    shop.customers(*people(3), (9, "p3@example.com", None, None))
    shop.wsync("run")
    assert shop.members == 2, "suppressions survive a rename"


def test_rename_wants_the_file_renamed_first(shop: Shop) -> None:
    shop.wsync("run")
    assert "rename its file" in shop.wsync("rename", "buyers", "shoppers", code=2).output
    shop.sync("shoppers", BUYERS.replace("Buyers", "Shoppers"))
    assert "still has a sync buyers" in shop.wsync("rename", "buyers", "shoppers", code=2).output


def test_rename_refuses_a_name_with_state_of_its_own(shop: Shop) -> None:
    shop.sync("shoppers", BUYERS.replace("Buyers", "Shoppers"))
    shop.wsync("run")
    (shop.folder / "syncs/buyers.yml").unlink()
    assert "state of its own" in shop.wsync("rename", "buyers", "shoppers", code=2).output


POINTS = ("after run/claim", "after state/copy", "after state/copy_suppressed", "before state/rename",
          "after state/rename", "after state/abandon", "after drop table")  # fmt: skip


@pytest.mark.parametrize("at", POINTS)
def test_a_crash_while_renaming_is_finished_by_the_same_command(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    monkeypatch.setenv("WSYNC_ENV_SECRET_TOKEN", shop.sandbox.token)
    shop.wsync("run")
    renamed_file(shop)
    before = uploads(shop)
    with pytest.raises(Crash):
        rename(load(shop.folder), "buyers", "shoppers", crashing(at))
    shop.wsync("rename", "buyers", "shoppers")
    shop.wsync("run")
    assert uploads(shop) == before
    assert shop.sql("select table_name from information_schema.tables where table_name like '%buyers%'") == []


def test_abandon_says_how_many_members_stay_and_wants_a_yes(shop: Shop) -> None:
    shop.wsync("run")
    said = shop.wsync("abandon", "buyers", code=2).output
    assert "3 members stay" in said
    assert "--yes" in said
    (shop.folder / "syncs/buyers.yml").unlink()
    assert shop.json("abandon", "buyers", "--yes")["abandoned"]["members"] == 3
    assert shop.members == 3
    for table in ("syncs", "runs", "sync_log", "suppressed"):
        assert shop.sql(f"select count(*) from wsync.{table}") == [(0,)]


def test_an_abandoned_sync_can_begin_anew(shop: Shop) -> None:
    shop.wsync("run")
    shop.wsync("abandon", "buyers", "--yes")
    assert shop.json("run")["runs"][0]["counts"]["succeeded_insert"] == 3


def test_abandon_of_a_sync_that_never_ran(shop: Shop) -> None:
    assert "never ran" in shop.wsync("abandon", "buyers", "--yes", code=2).output


def test_prune_applies_retention_now(shop: Shop) -> None:
    for count in (1, 2, 3, 4):
        shop.customers(*people(count))
        shop.wsync("run")
    shop.sync("buyers", BUYERS + "snapshots: 1\n")
    gone = shop.json("prune")["pruned"]["buyers"]
    assert any(name.startswith("snapshot_buyers_") for name in gone)
    shop.wsync("run")
    assert shop.members == 4


def test_a_copied_project_folder_is_only_a_folder(shop: Shop, tmp_path_factory: Any) -> None:
    """Nothing but the warehouse holds state: a fresh checkout goes on where the old one ended."""
    shop.wsync("run")
    shutil.rmtree(shop.folder / "target", ignore_errors=True)
    assert shop.json("run")["runs"][0]["counts"]["unchanged_keys"] == 3


def test_prune_of_all_leaves_out_a_sync_that_never_ran(shop: Shop) -> None:
    shop.wsync("run")
    shop.sync("again", BUYERS.replace("Buyers", "Again"))
    assert set(shop.json("prune")["pruned"]) == {"again", "buyers"}
    assert "never ran" in shop.wsync("prune", "again", code=2).stderr
