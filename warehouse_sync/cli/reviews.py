"""What `wsync check --ci` prints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from .options import opened
from .screen import Screen

if TYPE_CHECKING:
    from ..reviewing import Broken, Change


def compare(screen: Screen, folder: Path, state: Path) -> NoReturn:
    """Tell what a project would do otherwise than before, and end with 2 where dbt no longer gives it what it needs."""
    from ..config import ConfigErrors
    from ..reviewing import lost_models

    try:
        found = opened(folder, screen, secrets=False).review(state)
    except ConfigErrors:
        for each in lost_models(folder, state):
            screen.note(_told(each))
        raise
    if screen.json:
        screen.document({"changes": found.changes, "broken": found.broken, "exit_code": found.exit_code})
    for change in found.changes:
        _tell(change, screen)
    if not found.changes:
        screen.line("no sync would do anything else than before")
    for each in found.broken:
        screen.note(_told(each))
    raise click.exceptions.Exit(found.exit_code)


def _tell(change: Change, screen: Screen) -> None:
    what = f"changed ({', '.join(change.keys)})" if change.keys else WORDS[change.kind]
    screen.line(f"{change.sync}: {what}")
    for effect in change.effects:
        screen.line(f"  {effect}")


WORDS: dict[Any, str] = {"new": "new", "removed": "removed", "model": "reads a model that changed"}


def _told(each: Broken) -> str:
    return f"{each.place}: {each.sync}: {each.found}; {each.remedy}"
