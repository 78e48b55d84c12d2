"""The commands that tell what is declared: list, and the exposures for dbt."""

from __future__ import annotations

from pathlib import Path

import click

from .options import of_project, opened
from .screen import Screen
from .selecting import Selecting, selecting

Words = tuple[str, ...]


@click.command("list", cls=Selecting)
@selecting
@of_project
def list_(screen: Screen, folder: Path, names: Words, select: Words, exclude: Words, state: Path | None) -> None:
    """Every sync: where it is declared, what it reads, where it sends, its tags and its schedule."""
    project = opened(folder, screen, secrets=False)
    listed = project.list((*names, *select), exclude, state=state)
    if screen.json:
        screen.document({"syncs": [each.model_dump(mode="json") for each in listed]})
    columns = ("sync", "enabled", "declared_in", "source", "destination", "audience", "tags", "schedule")
    screen.table(columns, [each.line() for each in listed])
    if not listed:
        screen.note("there is no such sync")


@click.group()
def dbt() -> None:
    """What wsync gives back to dbt."""


@dbt.command()
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="The file; else standard output.")
@click.option("--check", is_flag=True, help="Write nothing; fail where the file is not what would be written.")
@of_project
def exposures(screen: Screen, folder: Path, output: Path | None, check: bool) -> None:  # noqa: FBT001
    """Write the syncs as exposures, for dbt's lineage: a yml file for its folder models."""
    from ..errors import ConfigError

    if check and output is None:
        raise click.UsageError("--check needs the --output FILE to compare with")
    told = opened(folder, screen, secrets=False).exposures()
    if output is None:
        click.echo(told, nl=False)
        return
    before = output.read_text(encoding="utf-8") if output.exists() else None
    same = before == told
    if check and not same:
        raise ConfigError(f"is not what the syncs say; write it: wsync dbt exposures --output {output}", path=output)
    if not check and not same:
        _write(output, told)
    if screen.json:
        screen.document({"path": output, "changed": not same})
    screen.line(f"{output}: {'is as the syncs say' if same else 'written'}")


def _write(path: Path, told: str) -> None:
    from ..errors import ConfigError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(told, encoding="utf-8")
    except OSError as problem:
        raise ConfigError(f"cannot be written ({type(problem).__name__})", path=path) from None
