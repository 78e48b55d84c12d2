"""The commands that only look."""

from __future__ import annotations

from pathlib import Path

import click

from .options import loaded, of_project
from .screen import Screen


@click.command()
@click.argument("names", metavar="[SYNC]...", nargs=-1)
@of_project
def status(screen: Screen, folder: Path, names: tuple[str, ...]) -> None:
    """Where every sync stands: its last run, its members, plans that wait, the next time it is due."""
    from ..config import select
    from ..inspecting import standings

    project = loaded(folder, screen)
    found = standings(project, select(project, names) if names else project.syncs)
    if screen.json:
        screen.document({"syncs": found})
    columns = ("sync", "audience", "last_run", "status", "finished", "members", "in_doubt", "rejected", "next_due")
    screen.table(columns, [each.line() for each in found])
    for each in found:
        for remark in each.remarks():
            screen.line(f"{each.sync}: {remark}")


@click.command()
@click.argument("name", metavar="[SYNC]", required=False)
@click.option("--run", "run_id", metavar="RUN_ID", help="Of this run only.")
@click.option("--status", "state", metavar="STATUS", help="With this status only: failed, held, in_doubt …")
@click.option("--key", metavar="KEY", help="Of this key only, as the log shows it.")
@click.option("--rows", type=click.IntRange(1, 100_000), default=50, show_default=True, help="At most so many lines.")
@of_project
def log(
    screen: Screen,
    folder: Path,
    name: str | None,
    run_id: str | None,
    state: str | None,
    key: str | None,
    rows: int,
) -> None:
    """The newest lines of the sync log."""
    from ..inspecting import log_lines

    project = loaded(folder, screen)
    found = log_lines(project, name, run_id=run_id, status=state, key=key, rows=rows)
    if screen.json:
        screen.document({"log": [line._asdict() for line in found]})
    columns = ("logged_at", "connection_id", "sync_run_id", "primary_key", "operation", "status", "reason",
               "error_code", "field_notes", "http_status")  # fmt: skip
    screen.table(columns, [[getattr(line, column) for column in columns] for line in found])
