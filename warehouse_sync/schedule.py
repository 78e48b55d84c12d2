"""When a sync is due: the schedule block, checked, and its next times. All times are UTC."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

INTERVALS = {
    "5 minutes": 5,
    "10 minutes": 10,
    "15 minutes": 15,
    "30 minutes": 30,
    "1 hour": 60,
    "3 hours": 180,
    "6 hours": 360,
    "12 hours": 720,
    "24 hours": 1440,
}
"""The intervals a schedule may have, in minutes. Each divides a day: every day has the same times."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_HORIZON = timedelta(days=41 * 366)
"""No cron expression that ever comes is silent longer: 29 February on one weekday, across 2100."""


@dataclass(frozen=True)
class CronField:
    """One of the five fields: its name, its bounds, and the words for its numbers from `low` on."""

    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()

    @property
    def last(self) -> int:
        """The last number of `*`: Sunday may be written 7 as well as 0, but comes once a week."""
        return min(self.high, 6) if self.words is _WEEKDAYS else self.high


_FIELDS = (
    CronField("minute", 0, 59),
    CronField("hour", 0, 23),
    CronField("day of month", 1, 31),
    CronField("month", 1, 12, _MONTHS),
    CronField("day of week", 0, 7, _WEEKDAYS),
)


@dataclass(frozen=True)
class Cron:
    """A cron expression: the numbers each field allows, Sunday being 0.

    `either` is cron's rule for days: when both day fields are restricted, a day that fits one of them is due.
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool

    def has(self, day: date) -> bool:
        """Whether the day is due."""
        fits = (day.day in self.days, day.isoweekday() % 7 in self.weekdays)
        return day.month in self.months and (any(fits) if self.either else all(fits))


def read_cron(text: str) -> Cron:
    """The five fields of a cron expression. Raises `ValueError` with words that say which field is wrong."""
    parts = text.split()
    if len(parts) != len(_FIELDS):
        raise ValueError(f"must have five fields (minute, hour, day of month, month, day of week); it has {len(parts)}")
    minutes, hours, days, months, weekdays = map(_numbers, _FIELDS, parts)
    either = not parts[2].startswith("*") and not parts[4].startswith("*")
    cron = Cron(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), either)
    if not either and not any(day <= _LONGEST[month - 1] for month in months for day in days):
        raise ValueError("names a day that no month has")
    return cron


def _numbers(field: CronField, text: str) -> frozenset[int]:
    return frozenset(number for part in text.split(",") for number in _range(field, part))


def _range(field: CronField, text: str) -> range:
    span, slash, step = text.partition("/")
    first, dash, last = span.partition("-")
    stride = _number(field, step, (1, field.high)) if slash else 1
    if span == "*":
        return range(field.low, field.last + 1, stride)
    start = _number(field, first, (field.low, field.high))
    end = _number(field, last, (field.low, field.high)) if dash else field.last if slash else start
    if end < start:
        raise ValueError(f"has a range in the {field.name} field that ends before it begins")
    return range(start, end + 1, stride)


def _number(field: CronField, text: str, bounds: tuple[int, int]) -> int:
    if text.lower() in field.words:
        return field.words.index(text.lower()) + field.low
    if not re.fullmatch(r"[0-9]{1,2}", text) or not bounds[0] <= int(text) <= bounds[1]:
        raise ValueError(f"is wrong in the {field.name} field: numbers from {bounds[0]} to {bounds[1]} are allowed")
    return int(text)


def _clock_time(text: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError('must be a time of day in UTC written HH:MM, such as "06:00"')
    return text


def _cron_text(text: str) -> str:
    read_cron(text)
    return " ".join(text.split())


def _interval_word(value: object) -> object:
    return " ".join(value.lower().split()) if isinstance(value, str) else value


Interval = Literal[
    "5 minutes",
    "10 minutes",
    "15 minutes",
    "30 minutes",
    "1 hour",
    "3 hours",
    "6 hours",
    "12 hours",
    "24 hours",
]


class Schedule(BaseModel):
    """A schedule block: `every` with an optional `starting_at`, or `cron`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    every: Annotated[Interval, BeforeValidator(_interval_word)] | None = Field(
        default=None, description="The interval between two runs."
    )
    starting_at: Annotated[str, AfterValidator(_clock_time)] | None = Field(
        default=None,
        description="With `every`: a time of day (HH:MM, UTC) when a run is due; left out, midnight.",
    )
    cron: Annotated[str, AfterValidator(_cron_text)] | None = Field(
        default=None, description="Five cron fields in UTC: minute, hour, day of month, month, day of week."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Schedule:
        if (self.every is None) == (self.cron is None):
            raise ValueError("needs either every or cron (or write schedule: manual)")
        if self.cron is not None and self.starting_at is not None:
            raise ValueError("has starting_at beside cron; it belongs to every")
        return self


def next_times(schedule: Mapping[str, Any] | None, now: datetime, n: int = 5) -> tuple[datetime, ...]:
    """The next `n` times, in UTC, strictly after `now` (which has a time zone); none for a manual schedule.

    `schedule` is a sync's: the settings of a schedule block. An interval runs on a grid through `starting_at`
    that is the same every day. Raises pydantic's `ValidationError` for a block that was not validated before.
    """
    if schedule is None:
        return ()
    block = Schedule.model_validate(dict(schedule))
    start = now.astimezone(UTC)
    times = _cron_times(read_cron(block.cron), start) if block.cron else _interval_times(block, start)
    return tuple(islice(times, n))


def shown(times: Iterable[datetime]) -> str:
    """Times in UTC in words: each with its day and minute, and at the end the zone."""
    return f"{', '.join(f'{time:%Y-%m-%d %H:%M}' for time in times)} UTC"


def _interval_times(block: Schedule, now: datetime) -> Iterator[datetime]:
    step = timedelta(minutes=INTERVALS[block.every or "24 hours"])
    at = time.fromisoformat(block.starting_at or "00:00")
    anchor = datetime.combine(now.date() - timedelta(days=1), at, UTC)
    due = anchor + ((now - anchor) // step + 1) * step
    while True:
        yield due
        due += step


def _cron_times(cron: Cron, now: datetime) -> Iterator[datetime]:
    day = silent_since = now.date()
    while day - silent_since <= _HORIZON:
        for due in _times_of(cron, day) if cron.has(day) else ():
            if due > now:
                silent_since = day
                yield due
        day += timedelta(days=1)


def _times_of(cron: Cron, day: date) -> Iterator[datetime]:
    for hour in sorted(cron.hours):
        for minute in sorted(cron.minutes):
            yield datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
