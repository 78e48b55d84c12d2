"""Every choice of a schedule in a file: taken, refused where it cannot be, and shown with its next five times."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.shop import BUYERS, Shop, shop
from warehouse_sync.schedule import INTERVALS, shown

__all__ = ["shop"]

START = "06:35"


def scheduled(shop: Shop, schedule: str) -> Shop:
    shop.sync("buyers", f"{BUYERS}schedule: {schedule}\n")
    return shop


def five(times: list[str]) -> list[datetime]:
    """The times as JSON tells them: five, of UTC, to come, in order."""
    found = [datetime.fromisoformat(each) for each in times]
    assert [each.utcoffset() for each in found] == [timedelta()] * 5
    assert datetime.now(UTC) < found[0] + timedelta(minutes=1)
    assert found == sorted(found)
    return found


def test_every_interval_of_the_documents_is_a_choice() -> None:
    minutes = [*INTERVALS.values()]
    assert minutes == [5, 10, 15, 30, 60, 180, 360, 720, 1440]


@pytest.mark.parametrize("every", INTERVALS)
def test_every_interval_with_its_start_in_utc_is_shown_with_its_next_five_times(shop: Shop, every: str) -> None:
    scheduled(shop, f"{{every: {every}, starting_at: '{START}'}}")
    found = five(shop.json("status")["syncs"][0]["next_times"])
    step = timedelta(minutes=INTERVALS[every])
    assert {later - earlier for earlier, later in pairwise(found)} == {step}
    start = found[0].replace(hour=6, minute=35)
    assert (found[0] - start) % step == timedelta()


@pytest.mark.parametrize(
    ("schedule", "fits"),
    [
        ('{cron: "0 6 * * *"}', lambda due: (due.hour, due.minute) == (6, 0)),
        ('{cron: "*/20 8-18 * * mon-fri"}', lambda due: due.isoweekday() < 6 and due.minute % 20 == 0),
        ("{every: 24 hours}", lambda due: (due.hour, due.minute) == (0, 0)),
    ],
)
def test_cron_and_an_interval_without_its_start_are_in_utc(shop: Shop, schedule: str, fits: Any) -> None:
    scheduled(shop, schedule)
    assert all(fits(due) for due in five(shop.json("status")["syncs"][0]["next_times"]))


def test_status_and_check_show_the_next_five_times_in_text_and_as_json(shop: Shop) -> None:
    scheduled(shop, '{cron: "30 5 1 jan *"}')  # so seldom that no test runs across one
    found = five(shop.json("check")["next_times"]["buyers"])
    assert five(shop.json("status")["syncs"][0]["next_times"]) == found
    for command in ("status", "check"):
        assert f"buyers: due {shown(found)}" in shop.wsync(command).stdout


def test_a_manual_sync_has_no_times_and_runs_when_asked(shop: Shop) -> None:
    scheduled(shop, "manual")
    assert shop.json("status")["syncs"][0]["next_times"] == []
    assert "due 2" not in shop.wsync("status").stdout
    assert "buyers: runs when asked (schedule: manual)" in shop.wsync("check").stdout
    shop.wsync("run")
    assert shop.members == 3


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ("{every: 2 hours}", "schedule.every: is '2 hours'"),
        ("{every: 45 minutes}", "did you mean"),
        ('{every: 1 hour, starting_at: "6 am"}', "must be a time of day in UTC written HH:MM"),
        ('{cron: "0 6 * *"}', "must have five fields"),
        ('{cron: "0 25 * * *"}', "hour field: numbers from 0 to 23"),
        ('{cron: "0 6 * * *", every: 1 hour}', "needs either every or cron"),
        ('{cron: "0 6 * * *", starting_at: "06:00"}', "it belongs to every"),
        ("daily", "schedule"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_with_its_place(shop: Shop, schedule: str, said: str) -> None:
    told = " ".join(scheduled(shop, schedule).wsync("check", code=2).output.split())
    assert said in told
    assert re.search(r"buyers\.yml:\d+", told)
