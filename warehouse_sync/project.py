"""The Python API: a project loaded, planned and run, as the command line does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from . import artefacts, exposures
from .config import Configuration
from .config import load as load_configuration
from .config import select as exactly
from .errors import WsyncError
from .executing import Report, owner_of, run_each, run_one, run_or_skip, worst
from .model import Sync
from .opening import World
from .reviewing import Review, review
from .runner import Request
from .selection import Facts, Selected, graph, selected

__all__ = ["Project", "Report", "Results", "Review", "Selected", "Sync", "Watch", "World"]

Words = str | Iterable[str]
"""Words of a selection: one text with spaces between them, or several texts."""


def _untold(_report: Report) -> None:
    return None


@dataclass(frozen=True)
class Watch:
    """Who watches runs: `around` surrounds each with a `World` (signals, progress), `told` hears of each as it ends."""

    around: Callable[[], AbstractContextManager[World]] = lambda: nullcontext(World())
    told: Callable[[Report], None] = _untold


@dataclass(frozen=True)
class Results:
    """How the syncs of one call fared: a sequence of reports, in the project's order.

    `notes` are words of the selection that fitted no sync.
    """

    reports: tuple[Report, ...]
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """What `wsync` would end with: 0 when all is done, else the gravest code."""
        return worst(report.exit_code for report in self.reports)

    @property
    def ok(self) -> bool:
        """Whether every sync did what it was asked to."""
        return self.exit_code == 0

    def __iter__(self) -> Iterator[Report]:
        return iter(self.reports)

    def __len__(self) -> int:
        return len(self.reports)

    def __getitem__(self, name: str) -> Report:
        """The report of a sync by its name. Raises `KeyError`."""
        found = next((report for report in self.reports if report.sync == name), None)
        if found is None:
            raise KeyError(name)
        return found

    def raise_for_errors(self) -> None:
        """Raise what ended the first failed sync; for one that ended without an error (rows failed, a guard refused)
        a `WsyncError` that says so. Its `exit_code` is this one's."""
        bad = next((report for report in self.reports if report.exit_code == self.exit_code != 0), None)
        if bad is None:
            return
        error = bad.error or WsyncError(f"{bad.sync}: {bad.status}")
        if isinstance(error, WsyncError):
            error.exit_code = self.exit_code
        raise error


@dataclass(frozen=True)
class Project:
    """A project, loaded and validated. `configuration` is what its files say."""

    configuration: Configuration

    @classmethod
    def load(
        cls, project_dir: Path | str = ".", environ: Mapping[str, str] | None = None, *, secrets: bool = True
    ) -> Project:
        """The project in a folder; `env_var` looks in `environ`, by default the process's environment.

        Without `secrets` those that are not set are made up, which is enough for `list`, `exposures` and `review`.
        Raises `ConfigErrors` (a `ConfigError`) with everything that is wrong in any of its files.
        """
        return cls(load_configuration(project_dir, environ, secrets=secrets))

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.configuration.root

    @property
    def syncs(self) -> tuple[Sync, ...]:
        """Every sync, enabled or not, in the project's order."""
        return self.configuration.syncs

    @property
    def warnings(self) -> tuple[str, ...]:
        """What works but should be changed, in sentences."""
        return self.configuration.warnings

    def select(self, select: Words = (), exclude: Words = (), *, state: Path | str | None = None) -> Selected:
        """The syncs that words choose, as `--select` and `--exclude` do. Raises `ConfigError`."""
        return selected(self._facts(state), _texts(select), _texts(exclude))

    def list(
        self, select: Words = (), exclude: Words = (), *, state: Path | str | None = None
    ) -> tuple[artefacts.Declared, ...]:
        """Syncs as they are declared: file and line, source, destination, tags, schedule."""
        chosen = self.select(select, exclude, state=state)
        return tuple(artefacts.declared(self.configuration, sync) for sync in chosen.syncs)

    def exposures(self) -> str:
        """The syncs as exposures of dbt: the text of a yml file. Raises `ConfigError` where dbt left no manifest."""
        return exposures.text(self.configuration, graph(self.configuration))

    def ungated(self) -> Project:
        """The same project, whose syncs run whatever dbt's last invocation left; it is still recorded."""
        dbt = self.configuration.dbt
        if dbt is None:
            return self
        return Project(replace(self.configuration, dbt=replace(dbt, gate=replace(dbt.gate, on=False))))

    def review(self, state: Path | str) -> Review:
        """What the project would do otherwise than the copy of `target` in `state`, and what dbt no longer gives it.

        Files are compared with files. Raises `ConfigError` where the copy has no manifest of wsync.
        """
        return review(self.configuration, Path(state))

    def plan(
        self,
        select: Words = (),
        exclude: Words = (),
        *,
        state: Path | str | None = None,
        threads: int = 1,
        sample: int = 0,
        watch: Watch | None = None,
    ) -> Results:
        """What runs would send, and whether the guards allow it; nothing is sent.

        `sample`: how many rows of each plan its report shows, masked. Raises `ConfigError` for a selection that
        cannot be; what goes wrong in a sync is in its report.
        """
        return self._each(Request("plan"), self.select(select, exclude, state=state), threads, watch, sample=sample)

    def run(
        self,
        select: Words = (),
        exclude: Words = (),
        *,
        state: Path | str | None = None,
        threads: int = 1,
        watch: Watch | None = None,
    ) -> Results:
        """Bring audiences up to date: plan, guard, send, settle; without a selection every enabled sync.

        Up to `threads` syncs at once. Raises `ConfigError` for a selection that cannot be; what goes wrong in a sync
        is in its report, and does not keep the others from running.
        """
        return self._each(Request("run"), self.select(select, exclude, state=state), threads, watch)

    def retry(
        self,
        select: Words = (),
        exclude: Words = (),
        *,
        state: Path | str | None = None,
        threads: int = 1,
        watch: Watch | None = None,
    ) -> Results:
        """Run again, rejected rows included, without their pause; without a selection what did not end well last.

        Raises `ConfigError` where no run left its results.
        """
        chosen = self.select(select, exclude, state=state)
        if not chosen.words:
            names = set(self.failed_last())
            chosen = replace(chosen, syncs=tuple(sync for sync in chosen.syncs if sync.name in names))
        return self._each(Request("retry"), chosen, threads, watch)

    def resync(self, name: str, *, replace: bool = False, watch: Watch | None = None) -> Results:
        """Add every wanted member of a sync again, and remove what is not wanted.

        `replace`: the platform's list is replaced, or each member removed before it is added again.
        """
        return self._each(Request("replace" if replace else "resync"), self._sole(name), 1, watch)

    def poll(
        self,
        select: Words = (),
        exclude: Words = (),
        *,
        state: Path | str | None = None,
        threads: int = 1,
        watch: Watch | None = None,
    ) -> Results:
        """Ask for verdicts that come later; nothing is planned or sent."""
        return self._each(Request("poll"), self.select(select, exclude, state=state), threads, watch)

    def apply(self, run_id: str, *, watch: Watch | None = None) -> Results:
        """Send exactly the plan of a run. Raises `ConfigError` where no sync has such a plan."""
        owner = owner_of(self.configuration, run_id)
        return self._each(Request("apply", run_id=run_id), Selected((owner,), words=(owner.name,)), 1, watch)

    def test_record(self, name: str, key: str, *, as_logged: bool = False, watch: Watch | None = None) -> Results:
        """Send the row of one key through the ordinary plan. `as_logged`: the key is written as the log shows it."""
        return self._each(Request("test-record", key=key), self._sole(name), 1, watch, as_logged=as_logged)

    def failed_last(self) -> tuple[str, ...]:
        """The syncs of the last run, here, that did not end well. Raises `ConfigError` where there was none."""
        kept = artefacts.read(self.root / artefacts.FOLDER, artefacts.RunResults)
        return tuple(each.sync for each in kept.results if each.exit_code != 0)

    def _facts(self, state: Path | str | None) -> Facts:
        return Facts(self.configuration, Path(state) if state is not None else None)

    def _each(
        self,
        request: Request,
        chosen: Selected,
        threads: int,
        watch: Watch | None,
        *,
        sample: int = 0,
        as_logged: bool = False,
    ) -> Results:
        watch = watch or Watch()
        named = chosen.words if request.kind not in ("run", "poll") else ()

        def one(sync: Sync, world: World) -> Report:
            run = run_one if sync.name in named else run_or_skip
            return run(self.configuration, sync, request, world, sample=sample, as_logged=as_logged)

        reports = run_each(chosen.syncs, one, watch.around, threads=threads, told=watch.told)
        return Results(reports, (*chosen.notes, *artefacts.keep(self.configuration, request.kind, reports)))

    def _sole(self, name: str) -> Selected:
        """The sync of exactly this name. Raises `ConfigErrors`."""
        return Selected(exactly(self.configuration, [name]), words=(name,))


def _texts(words: Words) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)
