"""The demo's steps, in the order they are told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path


def run(
    rows: int = 3000,
    folder: Path | None = None,
    *,
    wsync: Callable[[Sequence[str]], int],
    say: Callable[[str], None],
) -> int:
    """Plays the demo and returns the exit code of `wsync demo`.

    `rows` is how many customers the shop has. `folder` is a new or empty directory that keeps the project; without
    it a temporary one is used and removed. `wsync` runs one command of the command line, given its arguments
    (`--project FOLDER` among them), prints as usual, and returns its exit code; `say` prints a line.
    """
    say("The demo is being written.")
    return 1
