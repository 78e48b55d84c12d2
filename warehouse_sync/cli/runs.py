"""The commands that run a sync, wholly or up to its plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import as_logged, loaded, of_project, one, watched, world
from .screen import Screen

if TYPE_CHECKING:
    from ..config import Configuration
    from ..executing import Report
    from ..model import Sync
    from ..runner import Request


@click.command()
@click.argument("names", metavar="[SYNC]...", nargs=-1)
@of_project
def run(screen: Screen, folder: Path, names: tuple[str, ...]) -> None:
    """Bring audiences up to date: plan, guard, send, settle. Without a name, every sync."""
    from ..config import select
    from ..runner import Request

    project = loaded(folder, screen)
    syncs = select(project, names) if names else project.syncs
    _run_all(project, syncs, Request("run"), screen)


@click.command()
@click.argument("name", metavar="SYNC")
@click.option("--sample", type=click.IntRange(0, 1000), default=0, help="Show so many rows of the plan, masked.")
@of_project
def plan(screen: Screen, folder: Path, name: str, sample: int) -> None:
    """Show what a run would send, and whether the guards allow it; send nothing."""
    from ..runner import Request

    project = loaded(folder, screen)
    _run_one(project, one(project, name), Request("plan"), screen, sample=sample)


@click.command()
@click.argument("run_id", metavar="RUN_ID")
@of_project
def apply(screen: Screen, folder: Path, run_id: str) -> None:
    """Send exactly the plan RUN_ID, or refuse when something changed since."""
    from ..executing import owner_of
    from ..runner import Request

    project = loaded(folder, screen)
    _run_one(project, owner_of(project, run_id), Request("apply", run_id=run_id), screen)


@click.command()
@click.argument("name", metavar="SYNC")
@of_project
def resync(screen: Screen, folder: Path, name: str) -> None:
    """Add every wanted member again, and remove what is not wanted."""
    from ..runner import Request

    project = loaded(folder, screen)
    _run_one(project, one(project, name), Request("resync"), screen)


@click.command()
@click.argument("name", metavar="SYNC")
@of_project
def retry(screen: Screen, folder: Path, name: str) -> None:
    """Run, and send rejected rows again now, ignoring their pause."""
    from ..runner import Request

    project = loaded(folder, screen)
    _run_one(project, one(project, name), Request("retry"), screen)


@click.command()
@click.argument("names", metavar="[SYNC]...", nargs=-1)
@of_project
def poll(screen: Screen, folder: Path, names: tuple[str, ...]) -> None:
    """Ask for verdicts that come later; plan and send nothing. Without a name, for every sync."""
    from ..config import select
    from ..runner import Request

    project = loaded(folder, screen)
    syncs = select(project, names) if names else project.syncs
    _run_all(project, syncs, Request("poll"), screen)


@click.command("test-record")
@click.argument("name", metavar="SYNC")
@click.argument("key", metavar="KEY")
@as_logged
@of_project
def test_record(screen: Screen, folder: Path, name: str, key: str, as_logged: bool) -> None:  # noqa: FBT001
    """Send the row of one KEY through the ordinary plan, and show what the platform answered."""
    from ..executing import run_one
    from ..inspecting import answers
    from ..runner import Request
    from .reports import record, tell

    project = loaded(folder, screen)
    sync = one(project, name)
    with world(screen) as around, watched(screen, around) as seen:
        report = run_one(project, sync, Request("test-record", key=key), seen, as_logged=as_logged)
    lines = answers(project, sync, report.result.run_id) if report.result else []
    if screen.json:
        screen.document({**record(report), "answers": [line._asdict() for line in lines]})
    else:
        tell(report, screen)
        columns = ("operation", "status", "reason", "http_status", "request_id", "error_code", "error_reason")
        screen.table(columns, [[getattr(line, column) for column in columns] for line in lines])
    raise click.exceptions.Exit(report.exit_code)


def _run_one(project: Configuration, sync: Sync, request: Request, screen: Screen, *, sample: int = 0) -> None:
    from ..executing import run_one

    with world(screen) as around, watched(screen, around) as seen:
        report = run_one(project, sync, request, seen, sample=sample)
    _finish([report], screen, many=False)


def _run_all(project: Configuration, syncs: tuple[Sync, ...], request: Request, screen: Screen) -> None:
    from ..executing import run_or_skip
    from .reports import tell

    reports = []
    with world(screen) as around:
        for sync in syncs:
            with watched(screen, around) as seen:
                report = run_or_skip(project, sync, request, seen)
            tell(report, screen)
            reports.append(report)
    _finish(reports, screen, many=True)


def _finish(reports: list[Report], screen: Screen, *, many: bool) -> None:
    from ..executing import worst
    from .reports import record, tell

    code = worst(report.exit_code for report in reports)
    if screen.json:
        records = [record(report) for report in reports]
        screen.document({"runs": records, "exit_code": code} if many else records[0])
    elif not many:
        tell(reports[0], screen)
    raise click.exceptions.Exit(code)
