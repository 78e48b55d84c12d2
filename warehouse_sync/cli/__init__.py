"""The command line, `wsync`: the only part that prints. Heavy modules are imported by the commands that need them."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import click

from .. import __version__
from . import inspections, keeping, listing, playing, projects, runs, scheduling
from .failures import handled
from .screen import Screen

__all__ = ["main"]

CHATTY = ("urllib3", "requests", "duckdb", "sqlglot", "psycopg", "snowflake", "google", "botocore")


class Commands(click.Group):
    """The commands in the order they are used, with one place where errors become messages and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        screen = ctx.ensure_object(Screen)
        _keep_quiet()
        with handled(screen), _overheard(screen):
            return super().invoke(ctx)


def _keep_quiet() -> None:
    """No core dumps, which would hold data, and no library's debug log, which could; urllib3 warns with addresses."""
    asked_to_speak = [name for name in logging.root.manager.loggerDict if name.startswith(CHATTY)]
    for name in (*CHATTY, *asked_to_speak):
        logging.getLogger(name).setLevel(logging.ERROR if name.startswith("urllib3") else logging.WARNING)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Notes(logging.Handler):
    """What a part of wsync warns of meanwhile (a file that is waited for, say), as a note."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(logging.WARNING)
        self.screen = screen

    def emit(self, record: logging.LogRecord) -> None:
        self.screen.note(record.getMessage())


@contextlib.contextmanager
def _overheard(screen: Screen) -> Iterator[None]:
    logger, notes = logging.getLogger("warehouse_sync"), Notes(screen)
    logger.addHandler(notes)
    try:
        yield
    finally:
        logger.removeHandler(notes)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="wsync")
def main() -> None:
    """Keep audiences on ad platforms equal to tables in your warehouse.

    Every command takes --json: one document on standard output, in which an error is {"error": …}. What is said along
    the way, and every error for people, goes to standard error.

    \b
    Exit codes: 0 done, 1 unexpected, 2 configuration, 3 warehouse, 4 guard refused, 5 destination,
    6 done with failed rows, 7 skipped by dbt's results, 75 another run holds the sync, 130/143 signal.
    """


for command in (
    projects.init,
    projects.check,
    runs.plan,
    runs.apply,
    runs.run,
    scheduling.schedule,
    listing.list_,
    inspections.status,
    inspections.log,
    inspections.explain,
    projects.preview,
    projects.audiences,
    projects.compile_,
    runs.resync,
    runs.retry,
    runs.poll,
    runs.test_record,
    keeping.forget,
    keeping.rename,
    keeping.abandon,
    keeping.prune,
    listing.dbt,
    projects.schema,
    playing.sandbox,
    playing.demo,
):
    main.add_command(command)
main.add_command(listing.list_, "ls")
