"""The timetable of `wsync schedule`: which sync is due when, and that no tick is given out twice. Rules only.

A tick is a moment that a sync's schedule names. It starts one run, or it is skipped because the run of an earlier one
still goes on. Ticks that passed unseen (the machine slept, the clock was put forward) are made up for by one run. A
tick that was given out is done: a clock that goes back does not bring it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from .executing import Report
from .model import Sync
from .schedule import next_times

BACK = timedelta(seconds=2)
"""A clock that goes back by less is being adjusted, and needs no word."""

Kind = Literal["keeping", "started", "ended", "skipped", "late", "clock", "changed", "broken", "stopping"]


@dataclass(frozen=True)
class Tick:
    """One moment of a sync's schedule, `due` (UTC), and when its run may start: a jitter later."""

    sync: str
    due: datetime
    start: datetime


@dataclass(frozen=True)
class Event:
    """Something to be told. `words` is a sentence without values; `report` is there where a run ended."""

    kind: Kind
    at: datetime
    words: str
    sync: str = ""
    due: datetime | None = None
    report: Report | None = None


@dataclass
class Entry:
    """What is known of one sync: its schedule (None: manual, disabled or gone), its next tick, the run that goes on.

    `done` is the moment up to which its ticks are given out or skipped.
    """

    name: str
    schedule: Mapping[str, Any] | None = None
    next: Tick | None = None
    done: datetime | None = None
    running: Tick | None = None
    last: tuple[Tick, Report, datetime] | None = None
    skipped: int = 0
    last_skipped: datetime | None = None
    listed: bool = True


@dataclass
class Timetable:
    """The ticks of every sync. `jitter` is in seconds, `random` draws from [0, 1) for each tick."""

    jitter: float
    random: Callable[[], float]
    entries: dict[str, Entry] = field(default_factory=dict)
    seen: datetime | None = None

    def change(self, syncs: Iterable[Sync], now: datetime) -> list[str]:
        """Take over the schedules of a project's syncs; the names of those whose schedule changed, in order."""
        wanted = {sync.name: sync.schedule if sync.enabled else None for sync in syncs}
        changed = []
        for name in sorted({*wanted, *self.entries}):
            known = self.entries.get(name)
            entry = known or self.entries.setdefault(name, Entry(name))
            entry.listed = name in wanted
            if known is None or entry.schedule != wanted.get(name):
                entry.schedule = wanted.get(name)
                entry.next = self._after(entry, now)
                changed.append(name)
        return changed

    def due(self, now: datetime, free: int) -> tuple[list[Tick], list[Event]]:
        """The ticks whose runs start now, at most `free` of them, the longest due first; and what is to be told.

        A tick for which nobody is free stays due.
        """
        started: list[Tick] = []
        events = self._clock(now)
        for entry in sorted(self.entries.values(), key=lambda entry: entry.next.start if entry.next else now):
            tick = entry.next
            if tick is None or tick.start > now:
                continue
            if entry.running is not None:
                events.append(self._skip(entry, tick, now))
            elif len(started) < free:
                started.append(tick)
                events += self._give_out(entry, tick, now)
        return started, events

    def ended(self, report: Report, now: datetime) -> Event:
        """A run came to its end, one way or another."""
        entry = self.entries[report.sync]
        tick, entry.running = entry.running, None
        assert tick is not None  # noqa: S101 - a run ends once
        entry.last = (tick, report, now)
        return Event("ended", now, report.status, report.sync, tick.due, report)

    def next_start(self) -> datetime | None:
        """When the next run may start, of any sync."""
        return min((entry.next.start for entry in self.entries.values() if entry.next), default=None)

    def _give_out(self, entry: Entry, tick: Tick, now: datetime) -> list[Event]:
        entry.running = tick
        missed = self._passed(entry, tick, now)
        self._done(entry, now)
        events = [Event("started", now, f"starts, due {tick.due:%Y-%m-%d %H:%M} UTC", entry.name, tick.due)]
        if missed:
            words = f"was due {tick.due:%Y-%m-%d %H:%M} UTC and again since then; one run makes up for all of it"
            events.insert(0, Event("late", now, words, entry.name, tick.due))
        return events

    def _skip(self, entry: Entry, tick: Tick, now: datetime) -> Event:
        running = entry.running
        assert running is not None  # noqa: S101 - who calls has looked
        more = ", and every one since" if self._passed(entry, tick, now) else ""
        self._done(entry, now)
        entry.skipped, entry.last_skipped = entry.skipped + 1, tick.due
        words = f"due {tick.due:%H:%M} UTC{more}: skipped, because the run due {running.due:%H:%M} UTC still goes on"
        return Event("skipped", now, words, entry.name, tick.due)

    def _passed(self, entry: Entry, tick: Tick, now: datetime) -> bool:
        """Whether a further tick passed after this one."""
        return any(due <= now for due in next_times(entry.schedule, tick.due, 1))

    def _done(self, entry: Entry, now: datetime) -> None:
        entry.done = now
        entry.next = self._after(entry, now)

    def _after(self, entry: Entry, now: datetime) -> Tick | None:
        """The next tick that was not given out yet, its jitter at most half the time to the one after it."""
        times = next_times(entry.schedule, max(now, entry.done or now), 2)
        if not times:
            return None
        gap = (times[1] - times[0]) / 2 if len(times) > 1 else timedelta.max
        late = min(timedelta(seconds=self.jitter), gap) * self.random()
        return Tick(entry.name, times[0], times[0] + late)

    def _clock(self, now: datetime) -> list[Event]:
        before, self.seen = self.seen, now
        if before is None or now > before - BACK:
            return []
        words = f"the clock went back by {_spell(before - now)}; no tick up to {before:%Y-%m-%d %H:%M} UTC comes again"
        return [Event("clock", now, words)]


def _spell(span: timedelta) -> str:
    return str(timedelta(seconds=round(span.total_seconds())))
