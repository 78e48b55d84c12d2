from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from warehouse_sync.schedule import INTERVALS, Schedule, next_times, read_cron

NOON = datetime(2026, 11, 22, 12, 7, 30, tzinfo=UTC)  # a Sunday


def times(schedule: dict[str, Any] | None, now: datetime = NOON, n: int = 3) -> list[str]:
    return [due.strftime("%Y-%m-%d %H:%M") for due in next_times(schedule, now, n)]


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ({"every": "5 minutes"}, ["2026-11-22 12:10", "2026-11-22 12:15", "2026-11-22 12:20"]),
        ({"every": "15 minutes", "starting_at": "06:05"}, ["2026-11-22 12:20", "2026-11-22 12:35", "2026-11-22 12:50"]),
        ({"every": "1 hour"}, ["2026-11-22 13:00", "2026-11-22 14:00", "2026-11-22 15:00"]),
        ({"every": "3 hours"}, ["2026-11-22 15:00", "2026-11-22 18:00", "2026-11-22 21:00"]),
        ({"every": "6 hours", "starting_at": "01:30"}, ["2026-11-22 13:30", "2026-11-22 19:30", "2026-11-23 01:30"]),
        ({"every": "12 hours", "starting_at": "23:00"}, ["2026-11-22 23:00", "2026-11-23 11:00", "2026-11-23 23:00"]),
        ({"every": "24 hours", "starting_at": "06:00"}, ["2026-11-23 06:00", "2026-11-24 06:00", "2026-11-25 06:00"]),
        ({"every": "24 hours"}, ["2026-11-23 00:00", "2026-11-24 00:00", "2026-11-25 00:00"]),
        (None, []),
    ],
)
def test_an_interval_runs_on_a_daily_grid_through_its_starting_time(schedule: Any, due: list[str]) -> None:
    assert times(schedule) == due


@pytest.mark.parametrize(
    ("cron", "due"),
    [
        ("0 6 * * *", ["2026-11-23 06:00", "2026-11-24 06:00", "2026-11-25 06:00"]),
        ("*/20 * * * *", ["2026-11-22 12:20", "2026-11-22 12:40", "2026-11-22 13:00"]),
        ("7,8 12 * * *", ["2026-11-22 12:08", "2026-11-23 12:07", "2026-11-23 12:08"]),
        ("0 8-18/5 * * mon-fri", ["2026-11-23 08:00", "2026-11-23 13:00", "2026-11-23 18:00"]),
        ("0 0 1 JAN,jul *", ["2027-01-01 00:00", "2027-07-01 00:00", "2028-01-01 00:00"]),
        ("30 5 * * 7", ["2026-11-29 05:30", "2026-12-06 05:30", "2026-12-13 05:30"]),
        ("30 5 * * 0", ["2026-11-29 05:30", "2026-12-06 05:30", "2026-12-13 05:30"]),
        ("30 5 * * 5-7", ["2026-11-27 05:30", "2026-11-28 05:30", "2026-11-29 05:30"]),
        ("0 0 * * 1/3", ["2026-11-23 00:00", "2026-11-26 00:00", "2026-11-30 00:00"]),
        ("0 0 13 * fri", ["2026-11-27 00:00", "2026-12-04 00:00", "2026-12-11 00:00"]),
        ("0 0 1-7 * *", ["2026-12-01 00:00", "2026-12-02 00:00", "2026-12-03 00:00"]),
        ("0 0 31 * *", ["2026-12-31 00:00", "2027-01-31 00:00", "2027-03-31 00:00"]),
        ("0 0 29 2 *", ["2028-02-29 00:00", "2032-02-29 00:00", "2036-02-29 00:00"]),
    ],
)
def test_a_cron_expression_is_due_in_utc(cron: str, due: list[str]) -> None:
    assert times({"cron": cron}) == due


def test_with_both_day_fields_restricted_either_is_enough() -> None:
    cron = read_cron("0 0 13 * fri")
    assert cron.has(datetime(2026, 12, 13, tzinfo=UTC))
    assert cron.has(datetime(2026, 12, 11, tzinfo=UTC))
    assert not cron.has(datetime(2026, 12, 12, tzinfo=UTC))


def test_a_leap_day_is_found_across_the_year_2100() -> None:
    assert times({"cron": "0 0 29 2 */7"}, datetime(2088, 3, 1, tzinfo=UTC), 1) == ["2128-02-29 00:00"]


def test_times_are_counted_in_utc_whatever_zone_now_is_in() -> None:
    now = NOON.astimezone(timezone(timedelta(hours=-9)))
    assert times({"cron": "10 12 * * *"}, now, 1) == ["2026-11-22 12:10"]


@pytest.mark.parametrize("schedule", [{"every": "5 minutes"}, {"cron": "*/5 * * * *"}])
def test_a_time_that_is_now_is_over(schedule: dict[str, str]) -> None:
    assert times(schedule, NOON.replace(minute=10, second=0), 1) == ["2026-11-22 12:15"]


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("", "must have five fields"),
        ("* * * *", "it has 4"),
        ("0 0 6 * * *", "it has 6"),
        ("@daily", "must have five fields"),
        ("60 * * * *", "minute field: numbers from 0 to 59"),
        ("* 24 * * *", "hour field: numbers from 0 to 23"),
        ("* * 0 * *", "day of month field: numbers from 1 to 31"),
        ("* * * 13 *", "month field: numbers from 1 to 12"),
        ("* * * * 8", "day of week field: numbers from 0 to 7"),
        ("* * * mon *", "month field"),
        ("*/0 * * * *", "minute field: numbers from 1 to 59"),
        ("*/ * * * *", "minute field"),
        ("1, * * * *", "minute field"),
        ("-1 * * * *", "minute field"),
        ("5-1 * * * *", "ends before it begins"),
        ("1-2-3 * * * *", "minute field"),
        ("² * * * *", "minute field"),
        ("? * * * *", "minute field"),
        ("0 0 L * *", "day of month field"),
        ("0 0 30 2 *", "names a day that no month has"),
        ("0 0 31 4,6,9,11 *", "names a day that no month has"),
    ],
)
def test_a_wrong_cron_expression_is_refused_with_its_field(cron: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_cron(cron)


@pytest.mark.parametrize(
    "block",
    [
        {},
        {"every": "1 hour", "cron": "0 6 * * *"},
        {"cron": "0 6 * * *", "starting_at": "06:00"},
        {"starting_at": "06:00"},
        {"every": "2 hours"},
        {"every": "1 hour", "starting_at": "6:00"},
        {"every": "1 hour", "starting_at": "06:60"},
        {"every": "1 hour", "at": "06:00"},
    ],
)
def test_a_block_that_does_not_say_one_schedule_is_refused(block: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Schedule.model_validate(block)


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(every=st.sampled_from([*INTERVALS]), at=st.times(), now=MOMENTS)
@settings(max_examples=50, deadline=None)
def test_times_of_an_interval_are_in_the_future_in_step_and_hit_the_starting_time(
    every: str, at: Any, now: datetime
) -> None:
    step = timedelta(minutes=INTERVALS[every])
    due = next_times({"every": every, "starting_at": f"{at:%H:%M}"}, now, 300)
    assert now < due[0] <= now + step
    assert {later - earlier for earlier, later in pairwise(due)} == {step}
    assert f"{at:%H:%M}" in {f"{each:%H:%M}" for each in due}


def field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    pair = st.tuples(number, number).map(lambda ends: f"{min(ends)}-{max(ends)}")
    part = st.just("*") | number.map(str) | pair | pair.map(lambda text: f"{text}/2")
    return st.lists(part, min_size=1, max_size=2).map(",".join)


@given(fields=st.tuples(field(0, 59), field(0, 23), field(1, 28), field(1, 12), st.just("*")), now=MOMENTS)
@settings(max_examples=50, deadline=None)
def test_no_minute_before_the_next_time_of_a_cron_expression_fits_it(fields: tuple[str, ...], now: datetime) -> None:
    cron = read_cron(" ".join(fields))
    (due,) = next_times({"cron": " ".join(fields)}, now, 1)
    minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    for _ in range(3000):
        if minute == due:
            break
        fits = cron.has(minute) and minute.hour in cron.hours and minute.minute in cron.minutes
        assert minute < due
        assert not fits
        minute += timedelta(minutes=1)
