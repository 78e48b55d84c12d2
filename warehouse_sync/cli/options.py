"""Options that many commands have, and what a command begins with: its screen and its project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from .screen import Screen

if TYPE_CHECKING:
    from ..config import Configuration
    from ..model import Sync
    from ..opening import World
    from ..project import Project

Made = TypeVar("Made")


def _ask_for_json(context: click.Context, _option: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's call
    if value:
        context.ensure_object(Screen).json = True


as_json = click.option(
    "--json", is_flag=True, expose_value=False, callback=_ask_for_json, help="Print one JSON document."
)
project_dir = click.option(
    "--project-dir",
    "--project",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    envvar="WSYNC_PROJECT_DIR",
    help="The folder of wsync.yml; by default this one.",
)
as_logged = click.option("--as-logged", is_flag=True, help="KEY is written as the log shows it (a digest, say).")


def of_project(command: Callable[..., Made]) -> Callable[..., Made]:
    """A command that works on a project and can answer in JSON."""
    return project_dir(as_json(click.pass_obj(command)))


def opened(folder: Path, screen: Screen, *, secrets: bool = True) -> Project:
    """The project in a folder, its warnings said; without `secrets`, those that are not set are made up."""
    from ..project import Project

    project = Project.load(folder, secrets=secrets)
    for warning in project.warnings:
        screen.note(f"warning: {warning}")
    return project


def loaded(folder: Path, screen: Screen) -> Configuration:
    """What the files of the project in a folder say, its warnings said."""
    return opened(folder, screen).configuration


def one(project: Configuration, name: str) -> Sync:
    """The sync of this name. Raises `ConfigError` where there is none."""
    from ..config import select

    return select(project, [name])[0]


@contextmanager
def world(screen: Screen) -> Iterator[World]:
    """What a command works in: signals caught, waits that a signal ends."""
    from ..model import Ports
    from ..opening import World
    from .signals import Signals

    signals = Signals(screen)
    with signals.caught():
        yield World(Ports(sleep=signals.sleep), stopping=signals.stopping)


@contextmanager
def watched(screen: Screen, around: World, *, bar: bool = True) -> Iterator[World]:
    """The same, with the progress of one run shown, where that can have a `bar` of its own."""
    if not bar:
        yield around
        return
    with screen.progress() as watch:
        yield replace(around, progress=watch)
