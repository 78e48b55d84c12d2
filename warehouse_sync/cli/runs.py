"""The commands that run syncs, wholly or up to their plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import as_logged, of_project, one, opened, watched, world
from .screen import Screen
from .selecting import Selecting, selecting, threads

if TYPE_CHECKING:
    from ..project import Project, Report, Results, Watch

Words = tuple[str, ...]
no_gate = click.option("--no-gate", is_flag=True, help="Run whatever dbt's last invocation left.")


@click.command(cls=Selecting)
@selecting
@threads
@no_gate
@of_project
def run(
    screen: Screen,
    folder: Path,
    names: Words,
    select: Words,
    exclude: Words,
    state: Path | None,
    threads: int,
    no_gate: bool,  # noqa: FBT001
) -> None:
    """Bring audiences up to date: plan, guard, send, settle. Without a selection, every sync."""
    project = _gated(opened(folder, screen), off=no_gate)
    with _watch(screen, threads) as watch:
        results = project.run((*names, *select), exclude, state=state, threads=threads, watch=watch)
    _finish(results, screen)


@click.command(cls=Selecting)
@selecting
@threads
@click.option("--sample", type=click.IntRange(0, 1000), default=0, help="Show so many rows of each plan, masked.")
@of_project
def plan(
    screen: Screen,
    folder: Path,
    names: Words,
    select: Words,
    exclude: Words,
    state: Path | None,
    threads: int,
    sample: int,
) -> None:
    """Show what a run would send, and whether the guards allow it; send nothing. Without a selection, every sync."""
    project = opened(folder, screen)
    with _watch(screen, threads) as watch:
        chosen = (*names, *select)
        results = project.plan(chosen, exclude, state=state, threads=threads, sample=sample, watch=watch)
    _finish(results, screen, sole=_is_sole(project, chosen, exclude))


@click.command()
@click.argument("run_id", metavar="RUN_ID")
@of_project
def apply(screen: Screen, folder: Path, run_id: str) -> None:
    """Send exactly the plan RUN_ID, or refuse when something changed since."""
    with _watch(screen) as watch:
        results = opened(folder, screen).apply(run_id, watch=watch)
    _finish(results, screen, sole=True)


@click.command()
@click.argument("name", metavar="SYNC")
@click.option(
    "--mode",
    type=click.Choice(["add", "replace"]),
    default="add",
    help="replace: the platform's list is replaced, or each member removed before it is added again.",
)
@no_gate
@of_project
def resync(screen: Screen, folder: Path, name: str, mode: str, no_gate: bool) -> None:  # noqa: FBT001
    """Add every wanted member again, and remove what is not wanted."""
    project = _gated(opened(folder, screen), off=no_gate)
    with _watch(screen) as watch:
        results = project.resync(name, replace=mode == "replace", watch=watch)
    _finish(results, screen, sole=True)


@click.command(cls=Selecting)
@selecting
@threads
@no_gate
@of_project
def retry(
    screen: Screen,
    folder: Path,
    names: Words,
    select: Words,
    exclude: Words,
    state: Path | None,
    threads: int,
    no_gate: bool,  # noqa: FBT001
) -> None:
    """Run, and send rejected rows again now, ignoring their pause. Without a selection, what did not end well last."""
    project, chosen = _gated(opened(folder, screen), off=no_gate), (*names, *select)
    with _watch(screen, threads) as watch:
        results = project.retry(chosen, exclude, state=state, threads=threads, watch=watch)
    if not results and not results.notes:
        screen.note("nothing to retry: every sync of the last run ended well")
    _finish(results, screen, sole=_is_sole(project, chosen, exclude))


@click.command(cls=Selecting)
@selecting
@threads
@of_project
def poll(
    screen: Screen, folder: Path, names: Words, select: Words, exclude: Words, state: Path | None, threads: int
) -> None:
    """Ask for verdicts that come later; plan and send nothing. Without a selection, for every sync."""
    project = opened(folder, screen)
    with _watch(screen, threads) as watch:
        results = project.poll((*names, *select), exclude, state=state, threads=threads, watch=watch)
    _finish(results, screen)


def _gated(project: Project, *, off: bool) -> Project:
    return project.ungated() if off else project


@click.command("test-record")
@click.argument("name", metavar="SYNC")
@click.argument("key", metavar="KEY")
@as_logged
@of_project
def test_record(screen: Screen, folder: Path, name: str, key: str, as_logged: bool) -> None:  # noqa: FBT001
    """Send the row of one KEY through the ordinary plan, and show what the platform answered."""
    from ..inspecting import answers
    from .reports import record

    project = opened(folder, screen)
    with _watch(screen) as watch:
        report = project.test_record(name, key, as_logged=as_logged, watch=watch)[name]
    lines = answers(project.configuration, one(project.configuration, name), report.run_id) if report.run_id else []
    if screen.json:
        screen.document({**record(report), "answers": [line._asdict() for line in lines]})
    columns = ("operation", "status", "reason", "http_status", "request_id", "error_code", "error_reason")
    screen.table(columns, [[getattr(line, column) for column in columns] for line in lines])
    raise click.exceptions.Exit(report.exit_code)


@contextmanager
def _watch(screen: Screen, threads: int = 1) -> Iterator[Watch]:
    """Signals caught for all runs together; a bar for each where there is one at a time; each told as it ends."""
    from ..project import Watch
    from .reports import tell

    told: Callable[[Report], None] = lambda report: tell(report, screen)  # noqa: E731 - a type for a callback
    with world(screen) as around:
        yield Watch(lambda: watched(screen, around, bar=threads == 1), told)


def _is_sole(project: Project, words: Words, exclude: Words) -> bool:
    """Whether one sync was asked for by its name alone: what is printed then is that sync's."""
    return not exclude and len(words) == 1 and any(sync.name == words[0] for sync in project.syncs)


def _finish(results: Results, screen: Screen, *, sole: bool = False) -> None:
    from .reports import record

    for note in results.notes:
        screen.note(f"warning: {note}")
    if screen.json:
        records = [record(report) for report in results]
        screen.document(records[0] if sole else {"runs": records, "exit_code": results.exit_code})
    raise click.exceptions.Exit(results.exit_code)
