"""The bar of a run in a terminal: stage, rows, pages, rate and time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from ..runner import Progress


class Rate(TextColumn):
    """Rows a second."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f} rows/s" if speed else "", style="dim")


@contextmanager
def bar() -> Iterator[Callable[[Progress], None]]:
    """A bar on standard error that a run's progress moves; it is gone when the run is over."""
    columns = (
        TextColumn("{task.description:<8}"),
        BarColumn(bar_width=28),
        TextColumn("{task.fields[counts]}"),
        Rate(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as drawn:
        task, stage = drawn.add_task("begin", total=None, counts=""), ["begin"]

        def watch(now: Progress) -> None:
            if now.stage != stage[0]:
                stage[0] = now.stage
                drawn.reset(task, total=now.total, description=now.stage, counts="")
            drawn.update(task, completed=now.done, total=now.total, counts=_counts(now))

        yield watch


def _counts(now: Progress) -> str:
    if not now.done and now.total is None:
        return ""
    rows = f"{now.done:,} of {now.total:,} rows" if now.total is not None else f"{now.done:,} rows"
    return f"{rows}, {now.pages:,} pages" if now.pages else rows
