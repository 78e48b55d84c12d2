"""`wsync resync --mode replace` at Facebook: the list is exchanged at once, by usersreplace, and then filled up."""

from __future__ import annotations

from hashlib import sha256

from tests.shop import Shop, people, shop

__all__ = ["shop"]


def audience(shop: Shop) -> str:
    [[found]] = shop.sql("select audience_id from wsync.syncs")
    return str(found)


def kinds(shop: Shop) -> list[str]:
    """The requests that changed who is a member, in order."""
    return [each.kind for each in shop.sandbox.requests if each.kind in ("add", "remove", "replace")]


def test_who_is_on_the_list_is_the_source_and_nobody_else(shop: Shop) -> None:
    shop.wsync("run")
    known = shop.sandbox.members(audience(shop))
    shop.customers(*people(3), (9, "stranger@example.com", None, None))
    shop.wsync("run")
    shop.customers(*people(3))
    told = shop.json("resync", "buyers", "--mode", "replace")
    assert (told["status"], shop.sandbox.members(audience(shop))) == ("succeeded", known)
    assert kinds(shop) == ["add", "add", "remove", "replace"]
    assert shop.json("status")["syncs"][0]["run"]["kind"] == "replace"


def test_a_replacement_that_is_refused_leaves_the_list_as_it_is_and_the_next_run_goes_on(shop: Shop) -> None:
    shop.wsync("run")
    shop.sandbox.fault("failed_update", kind="replace")
    shop.wsync("resync", "buyers", "--mode", "replace", code=5)
    assert shop.members == 3
    shop.wsync("run")
    assert (shop.members, kinds(shop)) == (3, ["add", "replace", "add"])


def test_a_row_that_facebook_refuses_does_not_keep_the_others_from_it(shop: Shop) -> None:
    shop.wsync("run")
    shop.customers(*people(4))
    shop.sandbox.refuse(sha256(b"p4@example.com").hexdigest())
    shop.wsync("resync", "buyers", "--mode", "replace", code=6)
    assert shop.members == 3
