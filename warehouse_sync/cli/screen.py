"""What the command line prints, and how: tables in a terminal, tab-separated lines when piped, JSON when asked."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..runner import Progress


@dataclass
class Screen:
    """Standard output, and standard error for what is said along the way."""

    json: bool = False

    def document(self, value: Any) -> None:
        """The one JSON document of a command."""
        click.echo(json.dumps(plain(value), indent=2, ensure_ascii=False))

    def line(self, text: str = "") -> None:
        """A line of the answer; nothing where JSON is asked for."""
        if not self.json:
            click.echo(safe(text))

    def note(self, text: str) -> None:
        """A line beside the answer, on standard error."""
        click.echo(safe(text, lines=True), err=True)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str = "") -> None:
        """Rows for people, or for cut and awk when piped."""
        if self.json or not rows:
            return
        cells = [[shown(cell) for cell in row] for row in rows]
        if sys.stdout.isatty():
            _drawn(columns, cells, rows, title)
        else:
            if title:
                click.echo(f"# {safe(title)}")
            for row in [list(columns), *cells]:
                click.echo("\t".join(row))

    @contextmanager
    def progress(self) -> Iterator[Callable[[Progress], None]]:
        """A watcher of a run: a bar in a terminal, nothing else."""
        if self.json or not sys.stderr.isatty():
            yield lambda _progress: None
            return
        from .progress import bar

        with bar() as watch:
            yield watch


def _drawn(columns: Sequence[str], cells: list[list[str]], rows: Sequence[Sequence[Any]], title: str) -> None:
    """A table that leaves out columns without any value."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, title=Text(title) if title else None, title_justify="left", pad_edge=False)
    used = [place for place in range(len(columns)) if any(row[place] for row in cells)]
    for place in used:
        numeric = all(_is_number(row[place]) or row[place] is None for row in rows)
        name = columns[place].replace("_", " ")
        table.add_column(Text(name), justify="right" if numeric else "left", overflow="fold")
    for row, values in zip(cells, rows, strict=True):
        table.add_row(*(Text(_grouped(values[at], row[at]), style=STYLES.get(row[at], "")) for at in used))
    Console().print(table)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _grouped(value: object, cell: str) -> str:
    return f"{float(cell):,.10g}" if _is_number(value) else cell


STYLES = {
    "succeeded": "green",
    "ok": "green",
    "member": "green",
    "failed": "red",
    "blocked": "bold red",
    "in_doubt": "yellow",
    "partial": "yellow",
    "held": "yellow",
    "stopped": "yellow",
}


def shown(cell: Any) -> str:
    """A value as one cell: no tabs, line breaks or control characters, and times in UTC to the second."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:.2f}".rstrip("0").rstrip(".")
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return safe(str(cell))


def safe(text: str, *, lines: bool = False) -> str:
    """The text without anything that could move a cursor or forge a line."""
    return "".join(c if c.isprintable() or (lines and c == "\n") else ascii(c)[1:-1] for c in text)


def plain(value: Any) -> Any:
    """A value as JSON knows it: named tuples and dataclasses as objects, times in ISO 8601."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain({each.name: getattr(value, each.name) for each in dataclasses.fields(value)})
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    return str(value) if isinstance(value, Path) else f"<{type(value).__name__}>"
