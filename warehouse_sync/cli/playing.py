"""The commands to try things with: the sandbox and the demo."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import click

from ..errors import ConfigError
from .options import as_json
from .screen import Screen


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8321, show_default=True, help="0 takes a free one.")
@as_json
@click.pass_obj
def sandbox(screen: Screen, host: str, port: int) -> None:
    """Run the local stand-in for Meta's, Google's, LinkedIn's and TikTok's APIs until Ctrl-C."""
    from ..sandbox import serve

    try:
        serve(host, port, announce=_announced(screen) if screen.json else click.echo)
    except OSError as problem:
        raise ConfigError(f"cannot listen on {host}:{port} ({problem.strerror}); choose another --port") from None


def _announced(screen: Screen) -> Callable[[str], None]:
    """The three lines of the sandbox as one document."""
    told: dict[str, Any] = {}

    def announce(line: str) -> None:
        name, _, value = line.partition(" ")
        told[name] = value.split() if name == "accounts" else value
        if len(told) == 3:
            screen.document(told)

    return announce


@click.command()
@click.option("--rows", type=click.IntRange(1, 10_000_000), default=3000, show_default=True, help="Customers.")
@click.option("--folder", type=click.Path(path_type=Path), help="Keep the project here; by default it is removed.")
@as_json
@click.pass_obj
def demo(screen: Screen, rows: int, folder: Path | None) -> None:
    """Play the whole story on this machine: a shop, its warehouse, a stand-in platform."""
    from ..demo import run

    story = Story()
    say, wsync = (story.say, story.wsync) if screen.json else (click.echo, _wsync)
    code = run(rows, folder, wsync=wsync, say=say)
    if screen.json:
        screen.document({"story": story.told, "exit_code": code})
    raise click.exceptions.Exit(code)


@dataclass
class Story:
    """The demo as JSON: what it says, and what each of its commands answers."""

    told: list[dict[str, Any]] = field(default_factory=list)

    def say(self, line: str) -> None:
        if line.strip() and not line.startswith("$ "):
            self.told.append({"said": line.strip()})

    def wsync(self, words: Sequence[str]) -> int:
        with redirect_stdout(StringIO()) as answer:
            code = _wsync([*words, "--json"])
        answered = json.loads(answer.getvalue() or "null")
        self.told.append({"command": ["wsync", *words], "exit_code": code, "answer": answered})
        return code


def _wsync(words: Sequence[str]) -> int:
    """Run one command of this command line, as if it were typed."""
    from . import main

    try:
        main.main(list(words), prog_name="wsync", standalone_mode=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0
