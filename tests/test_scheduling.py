"""The promises of `wsync schedule`, by a clock of the test's own: every tick once, one run of a sync at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.projects import BUYERS, WSYNC, acme_is_installed, project
from warehouse_sync.errors import ConfigError, Stopped
from warehouse_sync.executing import Report
from warehouse_sync.model import Ports
from warehouse_sync.opening import World
from warehouse_sync.schedule import next_times
from warehouse_sync.scheduling import Event, Tick, Timetable
from warehouse_sync.scheduling_loop import Files, Loop

__all__ = ["acme_is_installed"]

NOON = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)
EVERY_TEN = BUYERS + "schedule: {every: 10 minutes}\n"


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_TOKEN", "token")


@dataclass
class Town:
    """A place with a clock of its own: time passes by waiting only, and runs last as long as they are told to."""

    folder: Path
    minutes: float = 60
    lasting: dict[str, float] = field(default_factory=dict)
    threads: int = 4
    jitter: float = 0
    chance: float = 0.5
    later: dict[float, Callable[[Town], None]] = field(default_factory=dict)
    wall: datetime = NOON
    clock: float = 0
    going: dict[str, float] = field(default_factory=dict)
    starts: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    beat: Callable[[Loop], None] = lambda _loop: None

    def sleep(self, seconds: float) -> None:
        self.clock += seconds
        self.wall += timedelta(seconds=seconds)
        for moment in [moment for moment in self.later if moment * 60 <= self.clock]:
            self.later.pop(moment)(self)

    def seconds(self) -> float:
        return self.wall.timestamp()

    def stopping(self) -> Stopped | None:
        return Stopped(15) if self.clock >= self.minutes * 60 else None

    # the crew

    def free(self) -> int:
        return self.threads - len(self.going)

    def busy(self) -> bool:
        return bool(self.going)

    def start(self, tick: Tick) -> None:
        assert tick.sync not in self.going, "two runs of one sync"
        self.going[tick.sync] = self.clock + 60 * self.lasting.get(tick.sync, 0.1)
        self.starts.append((tick.sync, tick.due, self.wall))

    def ended(self) -> list[Report]:
        done = [name for name, end in self.going.items() if end <= self.clock]
        for name in done:
            del self.going[name]
        return [Report(name, "succeeded") for name in done]

    def wait(self, seconds: float) -> None:
        self.sleep(seconds)

    # what came of it

    def live(self) -> Town:
        """Keep the schedules until the time is over."""
        ports = Ports(clock=lambda: self.clock, wall=self.seconds, sleep=self.sleep)
        table = Timetable(self.jitter, lambda: self.chance)
        loop = Loop(Files(self.folder), table, self, ports, self.stopping, self.events.append, self.beat)
        loop.begin()
        loop.keep()
        return self

    def started(self, name: str = "buyers") -> list[str]:
        """When runs of a sync started, by the clock on the wall."""
        return [f"{at:%H:%M:%S}" for sync, _, at in self.starts if sync == name]

    def said(self, *kinds: str) -> list[str]:
        return [event.words for event in self.events if event.kind in kinds]


def town(folder: Path, *schedules: str, **facts: object) -> Town:
    """A project whose syncs buyers, buyers2 … have these schedules."""
    names = ["buyers", *(f"buyers{n}" for n in range(2, len(schedules) + 1))]
    project(folder, buyers=None, files={"syncs/.keep": ""})
    for name, schedule in zip(names, schedules, strict=True):
        sync(folder, name, f"schedule: {schedule}")
    return Town(folder, **facts)  # type: ignore[arg-type]


def sync(folder: Path, name: str, more: str) -> None:
    (folder / "syncs" / f"{name}.yml").write_text(BUYERS.replace("Buyers", name) + more + "\n")


# every tick, once


@pytest.mark.parametrize(
    ("schedule", "started"),
    [
        ("{every: 15 minutes}", ["12:15:00", "12:30:00", "12:45:00", "13:00:00"]),
        ("{every: 30 minutes, starting_at: '00:10'}", ["12:10:00", "12:40:00"]),
        ("{every: 1 hour}", ["13:00:00"]),
        ("{cron: '1,59 12 * * *'}", ["12:01:00", "12:59:00"]),
        ("{cron: '* * 1 1 *'}", []),
    ],
)
def test_a_sync_runs_at_every_tick_of_its_schedule(schedule: str, started: list[str], tmp_path: Path) -> None:
    here = town(tmp_path, schedule).live()
    assert here.started() == started
    assert here.said("skipped", "late", "clock") == []


def test_a_manual_sync_and_a_disabled_one_never_run(tmp_path: Path) -> None:
    here = town(tmp_path, "{every: 5 minutes}\nenabled: false", "manual", "{every: 30 minutes}").live()
    assert {name for name, _, _ in here.starts} == {"buyers3"}


def test_with_nothing_to_keep_it_does_not_begin(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no enabled sync has a schedule"):
        town(tmp_path, "manual").live()


def test_nothing_runs_at_the_start_but_at_the_next_tick(tmp_path: Path) -> None:
    here = town(tmp_path, "{every: 5 minutes}", minutes=6, wall=NOON.replace(second=0)).live()
    assert here.started() == ["12:05:00"]


# one run of a sync at a time


def test_a_tick_that_falls_into_a_run_is_skipped_and_says_so(tmp_path: Path) -> None:
    here = town(tmp_path, "{every: 5 minutes}", lasting={"buyers": 12}, minutes=25).live()
    assert here.started() == ["12:05:00", "12:20:00"]
    assert here.said("skipped") == [
        "due 12:10 UTC: skipped, because the run due 12:05 UTC still goes on",
        "due 12:15 UTC: skipped, because the run due 12:05 UTC still goes on",
        "due 12:25 UTC: skipped, because the run due 12:20 UTC still goes on",
    ]


def test_several_syncs_run_at_once(tmp_path: Path) -> None:
    here = town(tmp_path, *["{every: 30 minutes}"] * 3, lasting=dict.fromkeys(["buyers", "buyers2", "buyers3"], 9))
    here.live()
    assert [here.started(name)[0] for name in ("buyers", "buyers2", "buyers3")] == ["12:30:00"] * 3


def test_a_tick_for_which_no_thread_is_free_waits_for_one(tmp_path: Path) -> None:
    here = town(tmp_path, "{every: 30 minutes}", "{every: 30 minutes}", threads=1, lasting={"buyers": 4}).live()
    assert (here.started("buyers"), here.started("buyers2")) == (["12:30:00", "13:00:00"], ["12:34:00"])
    assert here.said("skipped") == []


def test_of_two_that_wait_the_one_due_first_runs_first(tmp_path: Path) -> None:
    schedules = ("{cron: '5 12 * * *'}", "{cron: '3 12 * * *'}", "{cron: '1 12 * * *'}")
    here = town(tmp_path, *schedules, threads=1, lasting={"buyers3": 8, "buyers2": 2}).live()
    assert [name for name, _, _ in here.starts] == ["buyers3", "buyers2", "buyers"]


def test_ticks_that_passed_while_waiting_for_a_thread_are_one_run(tmp_path: Path) -> None:
    here = town(tmp_path, "{every: 1 hour}", "{cron: '5-30/5 13 * * *'}", threads=1, minutes=90)
    here.lasting["buyers"] = 22
    assert here.live().started("buyers2") == ["13:22:00", "13:25:00", "13:30:00"]
    assert here.said("late") == ["was due 2026-11-22 13:05 UTC and again since then; one run makes up for all of it"]


def test_a_signal_starts_nothing_more_and_waits_for_the_runs_that_go_on(tmp_path: Path) -> None:
    here = town(tmp_path, "{every: 5 minutes}", "{every: 10 minutes}", lasting={"buyers": 8}, minutes=6).live()
    assert (here.started("buyers"), here.started("buyers2")) == (["12:05:00"], [])
    assert here.clock >= (4.5 + 8) * 60
    assert here.said("stopping", "ended") == ["waits for the runs that go on", "succeeded"]


# jitter


def test_jitter_delays_each_run_by_chance_at_most_half_the_way_to_the_next_tick(tmp_path: Path) -> None:
    assert town(tmp_path, "{every: 30 minutes}", jitter=60).live().started() == ["12:30:30"]
    assert town(tmp_path, "{every: 30 minutes}", jitter=3600, chance=0.999).live().started() == ["12:44:59"]


# clocks that jump


def jump(by: timedelta) -> Callable[[Town], None]:
    def put(here: Town) -> None:
        here.wall += by

    return put


def test_a_machine_that_slept_makes_up_for_what_it_missed_with_one_run(tmp_path: Path) -> None:
    here = town(tmp_path, "{every: 5 minutes}", minutes=20, later={7: jump(timedelta(hours=3))}).live()
    assert here.started() == ["12:05:00", "15:07:30", "15:10:00", "15:15:00", "15:20:00"]
    assert here.said("late") == ["was due 2026-11-22 12:10 UTC and again since then; one run makes up for all of it"]


def test_a_clock_put_back_brings_no_tick_again(tmp_path: Path) -> None:
    here = town(tmp_path, "{every: 5 minutes}", minutes=50, later={21: jump(timedelta(minutes=-30))}).live()
    dues = [due for _, due, _ in here.starts]
    assert [f"{due:%H:%M}" for due in dues] == ["12:05", "12:10", "12:15", "12:20"]
    assert here.said("clock") == ["the clock went back by 0:29:59; no tick up to 2026-11-22 12:21 UTC comes again"]


def test_a_clock_put_back_goes_on_with_the_first_tick_that_is_new(tmp_path: Path) -> None:
    here = town(tmp_path, "{every: 5 minutes}", minutes=60, later={21: jump(timedelta(minutes=-30))}).live()
    assert here.started()[-2:] == ["12:25:00", "12:30:00"]


def test_a_schedule_that_changes_after_the_clock_went_back_brings_no_tick_again_either(tmp_path: Path) -> None:
    later = {21: jump(timedelta(minutes=-30)), 23: changed({"syncs/buyers.yml": EVERY_TEN})}
    here = town(tmp_path, "{every: 5 minutes}", minutes=65, later=later).live()
    assert here.started() == ["12:05:00", "12:10:00", "12:15:00", "12:20:00", "12:30:00"]


def test_a_clock_put_forward_and_back_again_runs_once_for_each_tick(tmp_path: Path) -> None:
    hour = timedelta(hours=1)
    here = town(tmp_path, "{every: 5 minutes}", minutes=80, later={7: jump(hour), 9: jump(-hour)}).live()
    assert here.started() == ["12:05:00", "13:07:30", "13:10:00", "13:15:00", "13:20:00"]


def test_a_clock_that_is_being_adjusted_is_no_news(tmp_path: Path) -> None:
    later = {n: jump(timedelta(seconds=-1)) for n in range(1, 20)}
    assert town(tmp_path, "{every: 5 minutes}", later=later).live().said("clock", "late") == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    jumps=st.dictionaries(st.integers(1, 58), st.integers(-90, 90), max_size=5),
    lasting=st.floats(0.1, 20),
    jitter=st.sampled_from([0, 45, 900]),
    threads=st.integers(1, 2),
)
def test_whatever_the_clock_does_no_tick_runs_twice(
    jumps: dict[int, int], lasting: float, jitter: float, threads: int, tmp_path: Path
) -> None:
    schedules = {"buyers": {"every": "5 minutes"}, "buyers2": {"cron": "*/7 * * * *"}}
    later = {float(at): jump(timedelta(minutes=by)) for at, by in jumps.items()}
    here = town(
        tmp_path,
        "{every: 5 minutes}",
        "{cron: '*/7 * * * *'}",
        later=later,
        lasting=dict.fromkeys(schedules, lasting),
        threads=threads,
        jitter=jitter,
    ).live()
    for name, schedule in schedules.items():
        dues = [due for sync, due, _ in here.starts if sync == name]
        assert dues == sorted(set(dues))
        assert all(next_times(schedule, due - timedelta(seconds=1), 1) == (due,) for due in dues)
        assert all(at >= due for sync, due, at in here.starts if sync == name)


# the project's files


def changed(files: dict[str, str]) -> Callable[[Town], None]:
    def write(here: Town) -> None:
        for name, text in files.items():
            (here.folder / name).write_text(text)

    return write


def test_a_changed_schedule_and_a_new_sync_are_taken_over(tmp_path: Path) -> None:
    files = {"syncs/buyers.yml": EVERY_TEN, "syncs/more.yml": EVERY_TEN.replace("Buyers", "More")}
    here = town(tmp_path, "{every: 30 minutes}", later={31: changed(files)}).live()
    assert here.started() == ["12:30:00", "12:40:00", "12:50:00", "13:00:00"]
    assert here.started("more") == ["12:40:00", "12:50:00", "13:00:00"]


def test_a_sync_that_is_taken_away_runs_no_more(tmp_path: Path) -> None:
    here = town(tmp_path, "{every: 5 minutes}", "{every: 30 minutes}")
    here.later[7] = lambda here: (here.folder / "syncs" / "buyers.yml").unlink()
    assert here.live().started() == ["12:05:00"]
    assert here.started("buyers2") == ["12:30:00", "13:00:00"]


def test_a_new_manifest_of_dbt_is_a_change_of_the_project(tmp_path: Path) -> None:
    town(tmp_path, "{every: 5 minutes}")
    (tmp_path / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    (tmp_path / "target").mkdir()
    files = Files(tmp_path)
    files.kept()
    before = files.stamp()
    (tmp_path / "target" / "manifest.json").write_text("{}")
    assert files.stamp() != before


def test_files_that_are_wrong_are_told_once_and_the_schedules_stay(tmp_path: Path) -> None:
    here = town(tmp_path, "{every: 30 minutes}", later={5: changed({"wsync.yml": "warehouse: {type: ducks}\n"})})
    here.later[40] = changed({"wsync.yml": WSYNC})
    broken = list[float]()
    here.beat = lambda loop: broken.append(here.clock / 60) if loop.broken else None
    assert here.live().started() == ["12:30:00", "13:00:00"]
    assert (broken[0] < 5.2, 39.8 < broken[-1] < 40.2) == (True, True)
    (told,) = here.said("broken")
    assert "there is no warehouse type 'ducks'" in told
    assert here.said("changed") == ["the project's files changed and are taken over"]


def test_a_run_reads_the_files_as_they_are_then_and_a_mistake_is_its_own(tmp_path: Path) -> None:
    town(tmp_path, "{every: 5 minutes}")
    (tmp_path / "wsync.yml").write_text("warehouse: {type: ducks}\n")
    report = Files(tmp_path).run("buyers", World())
    assert (report.status, report.exit_code) == ("failed", 2)
    assert "ducks" in str(report.error)


def test_a_selection_says_which_syncs_are_kept(tmp_path: Path) -> None:
    town(tmp_path, "{every: 5 minutes}", "{every: 5 minutes}", "{every: 5 minutes}")
    assert [each.name for each in Files(tmp_path, ("buyers*",), ("buyers2",)).kept()] == ["buyers", "buyers3"]
    with pytest.raises(ConfigError, match="sellers"):
        Files(tmp_path, ("sellers",)).kept()
