"""`--select`, `--exclude`, `--state` and `--threads`, as the commands that run several syncs have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

Made = TypeVar("Made")

SEVERAL = ("--select", "-s", "--exclude")
"""Options that take every word up to the next option, as dbt's do."""


class Selecting(click.Command):
    """A command whose `--select a b` means what it means in dbt: both."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, list(spread(args)))


def spread(args: list[str]) -> Iterator[str]:
    """Every word after an option of several, as that option once more."""
    option, fresh = None, False
    for at, word in enumerate(args):
        if word == "--":
            yield from args[at:]
            return
        if word in SEVERAL:
            option, fresh = word, True
        elif word.startswith("-"):
            option = None
        elif option and not fresh:
            yield option
        else:
            fresh = False
        yield word


state = click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    envvar="WSYNC_STATE",
    help="A copy of the folder target kept from before: what state: compares with, and result: reads.",
)


def selecting(command: Callable[..., Made]) -> Callable[..., Made]:
    """Words that choose syncs: positional, `--select`, `--exclude`, and what `state:` compares with."""
    exclude = click.option("--exclude", multiple=True, metavar="WORDS", help="Leave these out.")
    select = click.option(
        "--select",
        "-s",
        multiple=True,
        metavar="WORDS",
        help="Names, tag:, destination:, source:, +model, state:, result:; space means or, comma and.",
    )
    named: Any = click.argument("names", metavar="[SYNC]...", nargs=-1)
    return named(select(exclude(state(command))))  # type: ignore[no-any-return]


threads = click.option(
    "--threads", type=click.IntRange(1, 64), default=1, show_default=True, help="How many syncs run at once."
)
