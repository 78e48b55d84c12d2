"""The commands to try things with: the sandbox and the demo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ..errors import ConfigError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8321, show_default=True, help="0 takes a free one.")
def sandbox(host: str, port: int) -> None:
    """Run the local stand-in for Meta's API until Ctrl-C."""
    from ..sandbox import serve

    try:
        serve(host, port, announce=click.echo)
    except OSError as problem:
        raise ConfigError(f"cannot listen on {host}:{port} ({problem.strerror}); choose another --port") from None


@click.command()
@click.option("--rows", type=click.IntRange(1, 10_000_000), default=3000, show_default=True, help="Customers.")
@click.option("--folder", type=click.Path(path_type=Path), help="Keep the project here; by default it is removed.")
def demo(rows: int, folder: Path | None) -> None:
    """Play the whole story on this machine: a shop, its warehouse, a stand-in platform."""
    from ..demo import run

    raise click.exceptions.Exit(run(rows, folder, wsync=_wsync, say=click.echo))


def _wsync(words: Sequence[str]) -> int:
    """Run one command of this command line, as if it were typed."""
    from . import main

    try:
        main.main(list(words), prog_name="wsync", standalone_mode=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0
