"""`wsync schedule`: the loop that starts runs when the timetable says so, several at once, until a signal comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from .config import load, select
from .config.project import FILE
from .errors import ConfigError, Stopped, WsyncError
from .executing import Report, run_or_skip
from .model import Ports, Sync
from .opening import World
from .project import Project
from .runner import Request
from .scheduling import Event, Tick, Timetable

TURN = 1.0
"""Seconds that the loop rests at most: a run's end is noticed so late, and a clock that jumps."""

LOOK = 5.0
"""Seconds between two looks at whether the project's files changed."""

Stamp = tuple[tuple[str, int, int], ...]


class Crew(Protocol):
    """Who does the runs: how many more could start now, and those that ended."""

    def free(self) -> int: ...
    def busy(self) -> bool: ...
    def start(self, tick: Tick) -> None: ...
    def ended(self) -> list[Report]: ...
    def wait(self, seconds: float) -> None:
        """Until a run ends, at most so long."""


class Threads:
    """Runs in threads of this process, so that those on one duckdb file share what is open."""

    def __init__(self, run: Callable[[Tick], Report], threads: int) -> None:
        self.run, self.threads = run, threads
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="wsync-sync")
        self.going: set[Future[Report]] = set()

    def free(self) -> int:
        return self.threads - len(self.going)

    def busy(self) -> bool:
        return bool(self.going)

    def start(self, tick: Tick) -> None:
        self.going.add(self.pool.submit(self.run, tick))

    def ended(self) -> list[Report]:
        done = {each for each in self.going if each.done()}
        self.going -= done
        return [each.result() for each in done]

    def wait(self, seconds: float) -> None:
        wait(self.going, timeout=seconds, return_when=FIRST_COMPLETED)


@dataclass
class Files:
    """The project as its files are now: which of its syncs are kept, and what tells that they changed.

    `select`, `exclude` and `state` choose as `wsync run` does; without them every enabled sync is kept.
    """

    folder: Path
    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    state: Path | None = None
    manifest: Path | None = None

    def kept(self) -> tuple[Sync, ...]:
        """The syncs to keep. Raises `ConfigError` where the files or the selection are wrong."""
        project = Project.load(self.folder)
        dbt = project.configuration.dbt
        self.manifest = dbt.manifest_path if dbt else None
        return project.select(self.select, self.exclude, state=self.state).syncs

    def stamp(self) -> Stamp:
        """Something that changes when a file that says what is kept does."""
        files = [self.folder / FILE, *sorted((self.folder / "syncs").glob("*"))]
        return tuple(_stamps([*files, self.manifest] if self.manifest else files))

    def run(self, name: str, world: World) -> Report:
        """Run one sync as its files say now; nothing that goes wrong leaves."""
        try:
            configuration = load(self.folder)
            (sync,) = select(configuration, [name])
        except WsyncError as error:
            return Report(name, "failed", error.exit_code, error=error)
        except Exception as error:  # noqa: BLE001 - a fault of ours in one sync must not end the others' schedules
            return Report(name, "failed", 1, error=error)
        return run_or_skip(configuration, sync, Request("run", trigger="schedule"), world)


def _stamps(paths: list[Path]) -> Iterator[tuple[str, int, int]]:
    for path in paths:
        try:
            found = path.stat()
        except OSError:
            continue
        yield path.name, found.st_mtime_ns, found.st_size


@dataclass
class Loop:
    """Keeps a project's schedules. `told` hears of every event, `beat` is called at every turn."""

    files: Files
    table: Timetable
    crew: Crew
    ports: Ports
    stopping: Callable[[], WsyncError | None]
    told: Callable[[Event], None]
    beat: Callable[[Loop], None] = lambda _loop: None
    broken: WsyncError | None = None
    stamp: Stamp = ()
    looked: float = field(default=0.0)

    def begin(self) -> None:
        """Read the project. Raises `ConfigError` where it is wrong, or no sync has a schedule."""
        self.looked = self.ports.clock()
        self.table.change(self.files.kept(), self.now())
        self.stamp = self.files.stamp()
        kept = [entry for entry in self.table.entries.values() if entry.next]
        if not kept:
            raise ConfigError("no enabled sync has a schedule; add one to its file, such as schedule: {every: 1 hour}")
        self.told(Event("keeping", self.now(), f"keeps {len(kept)} schedule{'s' if len(kept) > 1 else ''}"))
        for entry in kept:
            self._tell_next(entry.name)

    def keep(self) -> None:
        """Until a signal comes; then until the runs that go on have ended, in order and early."""
        while self.stopping() is None:
            self._turn()
            self._rest()
        if self.crew.busy():
            self.told(Event("stopping", self.now(), "waits for the runs that go on"))
        while self.crew.busy():
            self.crew.wait(TURN)
            self._collect()
            self.beat(self)

    def now(self) -> datetime:
        """The wall clock."""
        return datetime.fromtimestamp(self.ports.wall(), UTC)

    def _turn(self) -> None:
        self._collect()
        self._look()
        ticks, events = self.table.due(self.now(), self.crew.free())
        for event in events:
            self.told(event)
        for tick in ticks:
            self.crew.start(tick)
        self.beat(self)

    def _collect(self) -> None:
        for report in self.crew.ended():
            self.told(self.table.ended(report, self.now()))

    def _rest(self) -> None:
        start = self.table.next_start()
        left = (start - self.now()).total_seconds() if start and self.crew.free() else TURN
        try:
            self.ports.sleep(min(max(left, 0.01), TURN))
        except Stopped:
            return

    def _look(self) -> None:
        """Take over what changed in the project's files; while they are wrong, the schedules stay as they were."""
        if 0 <= self.ports.clock() - self.looked < LOOK:
            return
        self.looked, before = self.ports.clock(), self.stamp
        self.stamp = self.files.stamp()
        if self.stamp == before:
            return
        try:
            changed = self.table.change(self.files.kept(), self.now())
        except WsyncError as error:
            self.broken = error
            self.told(Event("broken", self.now(), f"the project's files changed and are wrong: {error}"))
            return
        self.broken = None
        self.told(Event("changed", self.now(), "the project's files changed and are taken over"))
        for name in changed:
            self._tell_next(name)

    def _tell_next(self, name: str) -> None:
        entry = self.table.entries[name]
        words = f"next due {entry.next.due:%Y-%m-%d %H:%M} UTC" if entry.next else "runs when asked only"
        self.told(Event("keeping", self.now(), words, name, entry.next.due if entry.next else None))
