"""The commands that only look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .options import as_logged, loaded, of_project, one
from .screen import Screen

STATUSES = ("succeeded", "failed", "skipped", "held", "aborted", "in_doubt", "accepted")
"""What the log can say of a row."""


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
@click.option("--status", "state", type=click.Choice(STATUSES), metavar="STATUS", help=f"One of {', '.join(STATUSES)}.")
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
    if not found:
        screen.note("the log has no such line")


@click.command()
@click.argument("name", metavar="SYNC")
@click.argument("key", metavar="KEY")
@as_logged
@of_project
def explain(screen: Screen, folder: Path, name: str, key: str, as_logged: bool) -> None:  # noqa: FBT001
    """What source, snapshot, mirror and log know of one KEY; values are not shown."""
    from ..inspecting import explain as find

    project = loaded(folder, screen)
    known = find(project, one(project, name), key, as_logged=as_logged)
    if screen.json:
        screen.document(known)
        return
    _tell_source(known, screen)
    _tell_state(known, screen)


def _tell_source(known: Any, screen: Screen) -> None:
    if not known.source:
        screen.line("source: no row of this key")
    for row in known.source:
        reason = f": {row['error_code']}: {row['error_reason']}" if row["error_code"] else ""
        screen.line(f"source: a row, {row['verdict']}{reason}")
        cells = [
            (field, row["columns"].get(field), mark, row["sent"].get(field)) for field, mark in row["fields"].items()
        ]
        screen.table(("field", "column", "value", "sent_as"), cells)


def _tell_state(known: Any, screen: Screen) -> None:
    snapshot = known.snapshot
    told = (
        f"{snapshot.operation}{f', {snapshot.error_code}' if snapshot.error_code else ''}" if snapshot else "not there"
    )
    screen.line(f"snapshot: {told}")
    if not known.members:
        screen.line("mirror: no member of this key")
    columns = ("state", "planned_action", "attempts", "last_error_code", "last_sent_at", "tokens")
    rows = [[*(each[c] for c in columns[:-1]), _paired(each["tokens"])] for each in known.members]
    screen.table(columns, rows, "mirror")
    names = ("logged_at", "sync_run_id", "operation", "status", "reason", "error_code", "http_status")
    screen.table(names, [[getattr(line, name) for name in names] for line in known.log], "log")


def _paired(tokens: Any) -> str:
    return " ".join(f"{name}={told}" for name, told in tokens.items())
