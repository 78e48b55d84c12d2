"""`wsync schedule`: keeps every sync's own schedule, in the foreground."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import of_project, opened, world
from .screen import Screen, plain
from .selecting import Selecting, selecting

if TYPE_CHECKING:
    from ..opening import World
    from ..scheduling import Event

Words = tuple[str, ...]


@click.command(cls=Selecting)
@selecting
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True, help="How many syncs run at once.")
@click.option(
    "--jitter",
    type=click.FloatRange(0, 3600),
    default=0.0,
    metavar="SECONDS",
    help="Start each run so much later at most, by chance.",
)
@click.option("--health", metavar="HOST:PORT", help="Answer /livez, /readyz and /health there.")
@of_project
def schedule(screen: Screen, folder: Path, names: Words, select: Words, exclude: Words, **options: Any) -> None:
    """Keep every sync's own schedule until a signal comes. With --json, one object a line."""
    from ..scheduling import Timetable
    from ..scheduling_health import Health, served
    from ..scheduling_loop import Files, Loop, Threads

    opened(folder, screen)  # for what it warns of; every run reads the files anew
    with world(screen) as around, ExitStack() as open_:
        files = Files(folder, (*names, *select), exclude, options["state"])
        crew = Threads(lambda tick: files.run(tick.sync, around), options["threads"])
        health = Health(around.ports.clock)
        table = Timetable(options["jitter"], around.ports.random)
        loop = Loop(files, table, crew, around.ports, around.stopping, lambda event: _tell(event, screen), health.beat)
        loop.begin()
        if options["health"]:
            screen.note(f"health at {open_.enter_context(served(health, options['health']))}/health")
        loop.keep()
    _end(around)


def _end(around: World) -> None:
    stopped = around.stopping()
    raise click.exceptions.Exit(stopped.exit_code if stopped else 0)


def _tell(event: Event, screen: Screen) -> None:
    """One event as one line with its time; where a run ended, followed by what `wsync run` tells of it."""
    from .reports import tell

    if screen.json:
        click.echo(json.dumps(plain(_object(event)), ensure_ascii=False))
        return
    stamp = f"{event.at:%Y-%m-%d %H:%M:%S}"
    if event.report is None:
        screen.line(f"{stamp} {event.sync or 'wsync'}: {event.words}")
        return
    click.echo(f"{stamp} ", nl=False)
    tell(event.report, screen)


def _object(event: Event) -> dict[str, Any]:
    from .reports import record

    run = record(event.report) if event.report else None
    facts = {"at": event.at, "event": event.kind, "sync": event.sync or None, "due": event.due}
    return {**facts, "message": event.words, "run": run}
