"""What can be the matter with a whole list has one name on every platform, halves no page, and is in the status."""

from __future__ import annotations

import time

from tests.shop import Shop, people, shop
from warehouse_sync.sandbox.linkedin import ACCOUNT, PLATFORM

__all__ = ["shop"]

OTHERS = """\
  tiktok:
    type: tiktok
    advertiser_id: "7000000000000000001"
    access_token: "{{{{ env_var('WSYNC_ENV_SECRET_TOKEN') }}}}"
    base_url: {url}
  linkedin:
    type: linkedin
    account_id: "{account}"
    source_platform: {platform}
    access_token: "{{{{ env_var('WSYNC_ENV_SECRET_TOKEN') }}}}"
    access_token_expires: 2099-01-01
    base_url: {url}
"""
SYNC = """\
source: {table: main.customers}
primary_key: id
destination: %s
audience: {name: %s}
mapping: {%s: email}
guards: {removals_percent: off}
"""


def remarks(shop: Shop) -> str:
    """What the status says in sentences."""
    return shop.wsync("status").output


def audience(shop: Shop) -> str:
    [[found]] = shop.sql("select audience_id from wsync.syncs")
    return str(found)


def test_a_removal_refused_for_the_lists_size_is_reported_once_and_retried_in_quiet(shop: Shop) -> None:
    shop.wsync("run")
    shop.sandbox.configure(removal_floor=3)
    shop.customers(*people(1))
    shop.json("run", code=6)
    assert shop.sandbox.counts()["received"]["remove"] == 1, "the page is not halved"
    assert "refused_min_size, 2 members: the platform refuses removals" in remarks(shop)
    assert shop.json("run")["runs"][0]["status"] == "succeeded"
    refused = "select count(distinct sync_run_id) from wsync.sync_log where error_code = 'refused_min_size'"
    assert (shop.sql(refused), shop.members) == ([(2,)], 3)
    shop.sandbox.configure(removal_floor=0)
    shop.wsync("run")
    assert shop.members == 1
    assert "refused_min_size" not in remarks(shop)


def test_a_refusal_for_the_lists_size_after_another_trouble_is_reported_once_too(shop: Shop) -> None:
    shop.wsync("run")
    shop.customers(*people(2))
    shop.sandbox.fault("bad_parameter", kind="remove", times=1)
    shop.wsync("run", code=6)
    shop.sandbox.configure(removal_floor=3)
    shop.wsync("run", code=6)
    shop.wsync("run")


def test_a_flagged_list_stops_the_run_by_its_name(shop: Shop) -> None:
    shop.wsync("run")
    shop.sandbox.mark(audience(shop), status=471)
    shop.customers(*people(4))
    assert "audience is flagged" in shop.wsync("run", code=5).output
    assert "audience_flagged: the platform has flagged the list" in remarks(shop)
    assert shop.sql("select error_code from wsync.runs order by fence desc limit 1") == [("audience_flagged",)]


def on(shop: Shop, platform: str, field: str) -> None:
    """The shop's sync sends to another platform."""
    more = OTHERS.format(url=shop.sandbox.url, account=ACCOUNT, platform=PLATFORM)
    shop.main_file(more=more)
    shop.sync("buyers", SYNC % (platform, "Buyers", field))


def test_an_expired_list_stops_the_run_by_its_name(shop: Shop) -> None:
    on(shop, "tiktok", "EMAIL_SHA256")
    shop.wsync("run")
    shop.sandbox.mark(audience(shop), expired_at=time.time() - 1)
    shop.customers(*people(4))
    assert "has expired" in shop.wsync("run", code=5).output
    assert "audience_expired: the list has expired" in remarks(shop)


def test_an_expired_list_that_takes_members_is_filled_again_and_named(shop: Shop) -> None:
    on(shop, "linkedin", "SHA256_EMAIL")
    shop.wsync("run")
    shop.sandbox.advance(100 * 86_400)
    assert "audience_expired" in shop.wsync("run").output
    assert shop.members == 3
    assert "audience_expired" not in remarks(shop)
