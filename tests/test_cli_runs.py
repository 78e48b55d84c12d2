"""Commands that run syncs: what they send, print, and how they end."""

from __future__ import annotations

from tests.shop import Shop, people, shop

__all__ = ["shop"]


def test_a_run_sends_every_customer_and_says_so(shop: Shop) -> None:
    said = shop.wsync("run", "buyers").output
    assert "buyers: succeeded" in said
    assert "3 added, 0 updated, 0 removed" in said
    assert shop.members == 3


def test_a_second_run_sends_nothing(shop: Shop) -> None:
    shop.wsync("run")
    before = len(shop.sandbox.requests)
    told = shop.json("run")
    assert told["exit_code"] == 0
    assert told["runs"][0]["counts"]["unchanged_keys"] == 3
    assert [r for r in shop.sandbox.requests[before:] if r.kind.startswith(("add", "remove"))] == []


def test_a_plan_counts_by_reason_and_sends_nothing(shop: Shop) -> None:
    told = shop.json("plan", "buyers", "--sample", "2")
    assert told["status"] == "planned"
    assert told["plan"] == [{"operation": "insert", "reason": "new", "action": "add", "identities": 3, "pages": 1}]
    assert told["approve"] == f"wsync apply {told['run_id']}"
    assert len(told["sample"]) == 2
    assert all(len(token) == 5 for row in told["sample"] for token in row["tokens"].values())
    assert shop.sandbox.summary() == []


def test_apply_sends_exactly_the_plan(shop: Shop) -> None:
    run_id = shop.json("plan", "buyers")["run_id"]
    assert f"run {run_id}" in shop.wsync("apply", run_id).output
    assert shop.members == 3


def test_a_plan_can_be_applied_once(shop: Shop) -> None:
    run_id = shop.json("plan", "buyers")["run_id"]
    shop.wsync("apply", run_id)
    assert "plan again" in shop.wsync("apply", run_id, code=4).output


def test_status_and_log_say_what_happened(shop: Shop) -> None:
    run_id = shop.json("run")["runs"][0]["run_id"]
    standing = shop.json("status")["syncs"][0]
    assert standing["run"]["status"] == "succeeded"
    assert standing["members"] == {"member": 3}
    lines = shop.json("log", "buyers", "--run", run_id)["log"]
    assert sorted((line["primary_key"], line["operation"], line["status"]) for line in lines) == [
        ("1", "insert", "succeeded"),
        ("2", "insert", "succeeded"),
        ("3", "insert", "succeeded"),
    ]


def test_status_before_the_first_run_says_that_there_was_none(shop: Shop) -> None:
    assert "never ran" in shop.wsync("status").output


def test_a_collapsing_source_is_blocked_with_the_guard_table_and_the_approving_command(shop: Shop) -> None:
    shop.customers(*people(40))
    shop.wsync("run")
    shop.customers(*people(10))
    blocked = shop.wsync("run", code=4).output
    assert "removals\t30\t10\tyes" in blocked
    assert "wsync apply " in blocked
    assert shop.members == 40
    shop.wsync("apply", blocked.rsplit("wsync apply ", 1)[1].split()[0])
    assert shop.members == 10


def test_a_status_that_no_line_can_have_is_refused_and_an_empty_log_says_so(shop: Shop) -> None:
    assert "'in_doubt'" in shop.wsync("log", "--status", "fail", code=2).stderr
    nothing = shop.wsync("log", "--status", "failed")
    assert (nothing.stdout, nothing.stderr) == ("", "the log has no such line\n")
