"""The commands that look after state and people: forget, rename, abandon, prune."""

from __future__ import annotations

from pathlib import Path

import click

from .options import as_logged, loaded, of_project, one, watched, world
from .screen import Screen


@click.command()
@click.argument("name", metavar="SYNC")
@click.argument("key", metavar="KEY")
@as_logged
@of_project
def forget(screen: Screen, folder: Path, name: str, key: str, as_logged: bool) -> None:  # noqa: FBT001
    """Erase one KEY: remove it from the audience, keep it off, leave a receipt without personal data."""
    from ..erasing import forget as erase
    from .reports import record, tell

    project = loaded(folder, screen)
    with world(screen) as around, watched(screen, around) as seen:
        report, receipt = erase(project, one(project, name), key, seen, as_logged=as_logged)
    path = _kept(receipt, project.root, screen)
    if screen.json:
        screen.document({**record(report), "receipt": receipt, "receipt_path": path})
    else:
        tell(report, screen)
    if receipt is not None:
        _tell(receipt, path, screen)
    raise click.exceptions.Exit(report.exit_code)


def _kept(receipt: object, root: Path, screen: Screen) -> Path | None:
    """The file the receipt was written to; when it cannot be, the receipt is printed all the same."""
    from ..erasing import Receipt, keep
    from ..errors import WsyncError

    if not isinstance(receipt, Receipt):
        return None
    try:
        return keep(receipt, root)
    except WsyncError as problem:
        screen.note(f"warning: {problem}; keep what is printed here")
        return None


def _tell(receipt: object, path: Path | None, screen: Screen) -> None:
    from .screen import plain

    facts = {name: fact for name, fact in plain(receipt).items() if not isinstance(fact, list)}
    screen.table(("receipt", ""), list(facts.items()))
    for line in plain(receipt)["remains"]:
        screen.line(f"remains: {line}")
    for other in plain(receipt)["other_syncs"]:
        screen.line(f"remains: a member of sync {other} with the same key; forget it there, too")
    if not facts["identities_removed"] and not facts["without_request"] and not facts["in_doubt"]:
        screen.note("nobody was a member under this key: is it written as in the source? It is suppressed from now on")
    if not facts["complete"]:
        screen.note("the removal is not acknowledged yet: the next run repeats it; forget again for a whole receipt")
    if path is not None:
        screen.line(f"receipt: {path}")


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@of_project
def rename(screen: Screen, folder: Path, old: str, new: str) -> None:
    """Move the state of sync OLD to NEW, after its file was renamed. Interrupted, run it again."""
    from ..managing import rename as move
    from ..model import Ports

    move(loaded(folder, screen), old, new, Ports())
    if screen.json:
        screen.document({"renamed": old, "to": new})
    screen.line(f"the state of {old} is that of {new} now")


@click.command()
@click.argument("name", metavar="SYNC")
@click.option("--yes", is_flag=True, help="Do it; without, only say what it would mean.")
@of_project
def abandon(screen: Screen, folder: Path, name: str, yes: bool) -> None:  # noqa: FBT001
    """Drop the state of a sync. Its members stay on the platform, and wsync no longer knows them."""
    from ..managing import abandon as give_up
    from ..model import Ports

    told = give_up(loaded(folder, screen), name, Ports(), sure=yes)
    if screen.json:
        screen.document({"abandoned": told})
    where = f"audience {told.audience_id}" if told.audience_id else "the platform"
    screen.line(f"{name}: {told.members:,} members stay in {where}; nothing of wsync can remove them any more")
    if told.suppressions:
        screen.line(f"{name}: {told.suppressions:,} suppressions go, too: people forgotten here could be sent again")
    if not yes:
        screen.note("nothing was done; add --yes to drop the state")
        raise click.exceptions.Exit(2)
    screen.line(f"the state of {name} is dropped")


@click.command()
@click.argument("names", metavar="[SYNC]...", nargs=-1)
@of_project
def prune(screen: Screen, folder: Path, names: tuple[str, ...]) -> None:
    """Apply retention now: old log lines, snapshots beyond the number kept, tables of runs that are over."""
    from ..managing import prune as tidy
    from ..model import Ports

    project = loaded(folder, screen)
    chosen = names or tuple(sync.name for sync in project.syncs)
    gone = {name: tidy(project, name, Ports(), missing_ok=not names) for name in chosen}
    if screen.json:
        screen.document({"pruned": gone})
    for name, tables in gone.items():
        screen.line(f"{name}: {len(tables)} tables dropped")
