"""The commands around a project: init, check, compile, schema, audiences, preview."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import as_json, loaded, of_project, one, project_dir, world
from .reviews import compare
from .screen import Screen
from .selecting import state

if TYPE_CHECKING:
    from ..model import Sync


DESTINATIONS = ("facebook", "google", "http", "linkedin", "tiktok")


@click.command()
@click.option("--destination", type=click.Choice(DESTINATIONS), default="facebook", show_default=True, help="Its type.")
@of_project
def init(screen: Screen, folder: Path, destination: str) -> None:
    """Write wsync.yml and syncs/example.yml for a kind of destination, overwriting nothing."""
    from ..starting import init as begin

    written = begin(folder, destination)
    if screen.json:
        screen.document({"written": written})
    for path in written:
        screen.line(f"wrote {path}")
    screen.line("next: edit both, then wsync check")


@click.command()
@click.argument("names", metavar="[SYNC]...", nargs=-1)
@click.option("--ci", is_flag=True, help="Compare with --state DIR instead, asking nobody: for pull requests.")
@state
@of_project
def check(screen: Screen, folder: Path, names: tuple[str, ...], ci: bool, state: Path | None) -> None:  # noqa: FBT001
    """Look at configuration, warehouse, sources and destinations; every failure comes with its remedy."""
    if ci:
        if state is None or names:
            raise click.UsageError("--ci takes --state DIR, a copy of target kept from before, and no SYNC")
        compare(screen, folder, state)
    from ..checking import check as look
    from ..checking import due
    from ..config import select
    from ..executing import worst
    from ..schedule import shown

    project = loaded(folder, screen)
    syncs = select(project, names) if names else project.syncs
    with world(screen) as around:
        found = list(look(project, syncs, around.ports))
    times = {sync.name: due(sync) for sync in syncs}
    code = worst(each.exit_code for each in found)
    if screen.json:
        lines = [{"sync": each.sync or None, **vars(each.check)} for each in found]
        screen.document({"checks": lines, "next_times": times, "exit_code": code})
    columns = ("sync", "check", "", "found", "remedy")
    screen.table(columns, [_line(each) for each in found])
    for name, moments in times.items():
        screen.line(f"{name}: due {shown(moments)}" if moments else f"{name}: runs when asked (schedule: manual)")
    raise click.exceptions.Exit(code)


def _line(finding: Any) -> tuple[str, ...]:
    told = finding.check
    return (finding.sync, told.what, "ok" if told.ok else "failed", told.found, told.remedy)


@click.command("compile")
@click.argument("names", metavar="[SYNC]...", nargs=-1)
@click.option("--task", is_flag=True, help="Write to target/wsync/tasks what the warehouse can run by itself.")
@of_project
def compile_(screen: Screen, folder: Path, names: tuple[str, ...], task: bool) -> None:  # noqa: FBT001
    """Write every statement of a run to target/wsync/compiled; needs no connection, except with --task."""
    from ..compiling import compile_sync, compile_task
    from ..config import select

    project = loaded(folder, screen)
    syncs = select(project, names) if names else project.syncs
    if task:
        files = {sync.name: compile_task(project, sync) for sync in syncs}
        if screen.json:
            screen.document({"compiled": {name: [path] for name, path in files.items()}})
        for path in files.values():
            screen.line(f"wrote {path}: read how to schedule it in its first lines")
        return
    written = {sync.name: compile_sync(project, sync) for sync in syncs}
    if screen.json:
        screen.document({"compiled": {name: sorted(path.glob("*.sql")) for name, path in written.items()}})
    for path in written.values():
        screen.line(f"{len(list(path.glob('*.sql')))} statements in {path}")


@click.command()
@click.argument("which", type=click.Choice(["wsync", "sync", "manifest", "run_results"]), required=False)
@as_json
@click.pass_obj
def schema(screen: Screen, which: str | None) -> None:
    """Print the JSON Schemas of wsync.yml, of a sync's file and of what runs leave, or one of them."""
    from ..artefacts import schemas as artefacts
    from ..config.schemas import schemas

    found = {**schemas(), **artefacts()}
    screen.document(found[which] if which else found)


@click.group()
def audiences() -> None:
    """List a destination's audiences, create the one a sync asks for, or delete one that none keeps."""


@audiences.command("list")
@click.argument("name", metavar="[SYNC]", required=False)
@of_project
def list_(screen: Screen, folder: Path, name: str | None) -> None:
    """The audiences of a sync's account, or of every account of the project."""
    from ..audiences import listed

    project = loaded(folder, screen)
    syncs = (one(project, name),) if name else (*project.accounts, *project.syncs)
    with world(screen) as around:
        found = listed(syncs, around.ports)
    if screen.json:
        screen.document({"audiences": found})
    screen.table(
        ("destination", "account", "id", "name", "facts"),
        [(e.destination, e.account, e.id, e.name, _facts(e.facts)) for e in found],
    )
    if not found:
        screen.note("there is no audience yet")


def _facts(facts: Any) -> str:
    return ", ".join(f"{name}: {fact}" for name, fact in facts.items() if isinstance(fact, str | int))


@audiences.command()
@click.argument("name", metavar="SYNC")
@of_project
def create(screen: Screen, folder: Path, name: str) -> None:
    """Create the audience that a sync asks for, unless there is one of exactly its name."""
    from ..audiences import create as make

    project = loaded(folder, screen)
    sync = one(project, name)
    with world(screen) as around:
        audience, made = make(sync, around.ports)
    if screen.json:
        screen.document({"id": audience.id, "name": audience.name, "created": made})
    screen.table(("id", "name", "created"), [(audience.id, audience.name, made)])


@audiences.command()
@click.argument("name", metavar="SYNC")
@click.argument("audience", metavar="AUDIENCE_ID")
@click.option("--yes", is_flag=True, help="Do it; without, only say what it would mean.")
@of_project
def delete(screen: Screen, folder: Path, name: str, audience: str, yes: bool) -> None:  # noqa: FBT001
    """Delete an audience of a sync's account for good, one that no sync keeps."""
    from ..audiences import delete as remove

    project = loaded(folder, screen)
    with world(screen) as around:
        found = remove(project, one(project, name), audience, around.ports, sure=yes)
    if screen.json:
        screen.document({"id": found.id, "name": found.name, "deleted": yes})
    screen.table(("id", "name", "deleted"), [(found.id, found.name, yes)])
    if not yes:
        screen.note("nothing was done; add --yes to delete the audience")
        raise click.exceptions.Exit(2)


@click.command()
@click.argument("name", metavar="[SYNC]", required=False)
@click.option("--rows", "path", type=click.Path(path_type=Path), required=True, help="A JSON Lines file of rows.")
@click.option("--op", type=click.Choice(["insert", "update", "delete"]), default="insert", show_default=True)
@click.option("--destination", "file", type=click.Path(path_type=Path), help="A destination and a mapping in one file.")
@project_dir
@as_json
@click.pass_obj
def preview(screen: Screen, folder: Path, name: str | None, path: Path, op: Any, file: Path | None) -> None:
    """Show what would be sent for the rows of a file; neither warehouse nor network is touched."""
    from ..previewing import preview as show
    from ..previewing import read_rows

    found = show(_sync(screen, folder, name, file), read_rows(path), op)
    if screen.json:
        screen.document({"rows": found.rows, "requests": found.requests})
    for row in found.rows:
        verdict = ": ".join(part for part in (row["status"], row["error_code"], row["error_reason"]) if part)
        screen.line(f"{row['primary_key'] or '-'}: {verdict}")
        cells = [(field, cell["normalized"], cell["sent"], cell["note"]) for field, cell in row["fields"].items()]
        screen.table(("field", "normalized", "sent", "note"), cells)
    for request in found.requests:
        screen.line(f"{request['method']} {request['url']}: {len(request['rows'])} rows")


def _sync(screen: Screen, folder: Path, name: str | None, file: Path | None) -> Sync:
    if (name is None) == (file is None):
        raise click.UsageError("name a SYNC of the project, or a --destination file")
    if file is not None:
        from ..config import load_destination_file

        return load_destination_file(file)
    return one(loaded(folder, screen), str(name))
